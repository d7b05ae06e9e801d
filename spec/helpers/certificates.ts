import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** A certificate for 127.0.0.1 that signs itself, so that it is its own authority, and its key. */
export interface Certificate {
	readonly cert: string;
	readonly key: string;
}

/** Makes one in a folder: `NAME.cert` and `NAME.key`. */
export function makeCertificate(folder: string, name: string): Certificate {
	const [cert, key] = [join(folder, `${name}.cert`), join(folder, `${name}.key`)];
	const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
	const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], {stdio: 'ignore'});
	return {cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8')};
}

/** Puts a certificate where authorities are looked for. */
export function trust(folder: string, {cert}: Certificate): void {
	writeFileSync(join(folder, 'ca.crt'), cert);
}
