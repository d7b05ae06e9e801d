import {ProxyError} from './request.ts';
import {SilenceError} from './transport.ts';

/** What people call the ways a connection goes wrong that may pass. */
const passing: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'connection refused',
	ECONNRESET: 'the connection was reset',
	EPIPE: 'the connection was closed',
	ENOTFOUND: 'no such host',
	EAI_AGAIN: 'no name server answers',
	ETIMEDOUT: 'no answer',
	EHOSTUNREACH: 'no route to it',
	ENETUNREACH: 'no network',
	HPE_INVALID_CONSTANT: 'it does not speak HTTP',
	HPE_INVALID_CHUNK_SIZE: 'the answer is broken',
	ERR_STREAM_PREMATURE_CLOSE: 'the answer was cut short',
};

/** Why a call failed, if another try may help; undefined for all else, certificates among them. */
export function reasonOf(error: unknown): string | undefined {
	if (error instanceof SilenceError || error instanceof ProxyError) return error.message;
	const known = codesOf(error).find(code => passing[code] !== undefined);
	return known === undefined ? undefined : passing[known];
}

/** Why a secure connection cannot be had, if that is it. */
export function insecurity(error: unknown): string | undefined {
	const codes = codesOf(error);
	if (codes.some(code => /^(ERR_SSL_|EPROTO$)/.test(code))) return 'it does not speak https';
	const certificate = codes.find(code => /CERT|SELF_SIGNED|UNABLE_TO_|CRL|HOSTNAME_MISMATCH/.test(code));
	return certificate === undefined ? undefined : `its certificate is not trusted (${certificate})`;
}

/** The code of an error and of what caused it, innermost first. */
function codesOf(error: unknown): string[] {
	if (!(error instanceof Error)) return [];
	const {code} = error as NodeJS.ErrnoException;
	const inner = error instanceof AggregateError ? error.errors.flatMap(codesOf) : codesOf(error.cause);
	return typeof code === 'string' ? [...inner, code] : inner;
}
