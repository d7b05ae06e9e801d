import type {Linter, Place} from '../../dockerfile/lint/linter.ts';
import * as rules from '../../dockerfile/lint/rules.ts';

/** Checks a word of EXPOSE: only the part after the last colon says what the image listens on. */
export function lintPort(word: string, place: Place, lint: Linter): void {
	const parts = word.split(':');
	const port = parts.at(-1) ?? '';
	const [number = '', ...protocols] = port.split('/');
	const protocol = protocols.join('/');
	const lower = protocol.toLowerCase();
	if (number === '' || !['', 'tcp', 'udp', 'sctp'].includes(lower)) return;
	const help = [`EXPOSE ${number}${lower && `/${lower}`}`];
	if (protocol !== lower) lint.report(rules.exposeProtoCasing, [word], {...place, help});
	if (parts.slice(0, -1).some(part => part !== '')) lint.report(rules.exposeInvalidFormat, [word], {...place, help});
}
