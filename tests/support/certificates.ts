import type { Certificate } from "./push_receiver.ts";

/** A certificate of 127.0.0.1, and the file of the authority that has signed it. */
export interface SignedCertificate extends Certificate {
  authority: string;
}

/**
 * Makes an authority and a certificate by it; no authority that anything trusts knows them.
 *
 * @param directory Where the files are written.
 */
export function makeCertificate(directory: string): SignedCertificate {
  const authority = `${directory}/authority.pem`;
  const request = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
  ];
  openssl([
    ...request,
    ...["-subj", "/CN=authority", "-keyout", `${directory}/authority.key`, "-out", authority],
  ]);
  openssl([
    ...request,
    ...["-CA", authority, "-CAkey", `${directory}/authority.key`, "-subj", "/CN=receiver"],
    ...["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:false"],
    ...["-keyout", `${directory}/own.key`, "-out", `${directory}/own.pem`],
  ]);
  const read = (name: string) => Deno.readTextFileSync(`${directory}/${name}`);
  return { authority, cert: read("own.pem"), key: read("own.key") };
}

function openssl(args: readonly string[]): void {
  const { success, stderr } = new Deno.Command("openssl", { args: [...args] }).outputSync();
  if (!success) throw new Error(`openssl fails: ${new TextDecoder().decode(stderr)}`);
}
