/** The body as text; undefined when it is larger than `maxBytes`. Rejects when the connection breaks. */
export async function readAll(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const bytes of body) {
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Codes of Node.js for a certificate that is not trusted: the authorities may have been replaced meanwhile. */
export const isCertificateError = (code: string): boolean => /CERT|^UNABLE_TO_|^ERR_TLS|SELF_SIGNED/.test(code);
