import {readFileSync} from 'node:fs';
import type {ProxyEnvironment} from './proxy.ts';

/** Where systems keep the authorities that they trust, all in one file: Debian, Fedora, openSUSE, Alpine and their kin. */
const files = [
	'/etc/ssl/certs/ca-certificates.crt',
	'/etc/pki/tls/certs/ca-bundle.crt',
	'/etc/ssl/ca-bundle.pem',
	'/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
	'/etc/ssl/cert.pem',
];

/** Whom this machine trusts, or SSL_CERT_FILE in its place, and NODE_EXTRA_CA_CERTS; Node's own list is not among them. As PEM. */
export function authorities({NODE_EXTRA_CA_CERTS: extra, SSL_CERT_FILE: own}: ProxyEnvironment): readonly string[] {
	const system = (own ? [own] : files).map(textOf).find(text => text !== '') ?? '';
	return [system, extra ? textOf(extra) : ''].filter(text => text !== '');
}

/** Whether a call failed because nobody who is trusted vouches for the server. */
export function isUntrusted(error: unknown): boolean {
	const {code = ''} = error as NodeJS.ErrnoException;
	return /^(UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED)/.test(code);
}

/** Empty where there is no such file, or none that this user may read. */
function textOf(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
