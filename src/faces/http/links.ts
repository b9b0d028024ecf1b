/** A one-time link. What stands behind `#` never leaves the browser, so that the secret is in no log on the way. */
export const linkOf = (url: string, secret: string): string => `${url}/#/first-run?token=${secret}`;
