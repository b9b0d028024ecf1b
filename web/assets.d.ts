/** Vite takes a stylesheet that is imported into the page's own. */
declare module '*.css';
