import {isIP} from 'node:net';
import {DockerfileError} from '../errors.ts';

/**
 * The ports that a word of EXPOSE names, as `80/tcp` (SURFACE EXPO-1). `ip:host:port` is read as docker does: only the
 * last part counts.
 */
export function parsePorts(word: string): readonly string[] {
	const parts = word.split(':');
	const [port = '', protocol = ''] = splitOnce(parts.pop() ?? '', '/');
	const host = parts.pop() ?? '';
	const ip = parts.join(':');
	const lower = protocol.toLowerCase() || 'tcp';
	if (port === '') throw badPort(word, 'a port is missing');
	if (!['tcp', 'udp', 'sctp'].includes(lower)) throw badPort(word, `${protocol} is not tcp, udp or sctp`);
	if (ip !== '' && !isIP(ip.replace(/^\[(.*)\]$/, '$1'))) throw badPort(word, `${ip} is no address`);
	const range = parseRange(port, word);
	if (host !== '') checkHostRange(parseRange(host, word), range, word);
	return Array.from({length: range.last - range.first + 1}, (_, index) => `${range.first + index}/${lower}`);
}

interface Range {
	readonly first: number;
	readonly last: number;
}

function parseRange(text: string, word: string): Range {
	const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
	const [first, last] = [Number(from), Number(to)];
	if (from === '' || last > 65535) throw badPort(word, `${text} is no port from 0 to 65535`);
	if (last < first) throw badPort(word, `${text} ends before it begins`);
	return {first, last};
}

/** One port may stand for a range of the host's, but not one range for another of a different length. */
function checkHostRange(host: Range, container: Range, word: string): void {
	const isSame = host.last - host.first === container.last - container.first;
	if (!isSame && container.first !== container.last) throw badPort(word, 'its ranges have different lengths');
}

function splitOnce(text: string, separator: string): readonly string[] {
	const at = text.indexOf(separator);
	return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function badPort(word: string, reason: string): DockerfileError {
	return new DockerfileError('BAD_PORT', `cannot expose ${word || 'nothing'}: ${reason}`, {
		help: ['as in: EXPOSE 80 or EXPOSE 8000-8010/udp'],
	});
}
