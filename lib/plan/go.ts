import {formatDuration} from '../dockerfile/instructions/duration.ts';
import {quoted} from '../dockerfile/quoted.ts';
import type {Healthcheck} from '../oci/image.ts';

/** How Go prints values: the history texts of BuildKit are made so (https://pkg.go.dev/fmt), and tools compare them. */

/** `%q` of a list: `["a" "b"]`, with blanks and no commas. */
export function quotedList(values: readonly string[]): string {
	return `[${values.map(quoted).join(' ')}]`;
}

/** `%v` of a list: `[a b]`. */
export function plainList(values: readonly string[]): string {
	return `[${values.join(' ')}]`;
}

/** `%q` of a pointer to docker's HealthcheckConfig: durations are texts there, and the number of retries a character. */
export function healthcheckText({Test = [], Interval = 0, Timeout = 0, Retries = 0, ...starts}: Healthcheck): string {
	const {StartPeriod = 0, StartInterval = 0} = starts;
	const durations = [Interval, Timeout, StartPeriod, StartInterval].map(value => quoted(formatDuration(value)));
	return `&{${quotedList(Test)} ${durations.join(' ')} ${quotedCharacter(Retries)}}`;
}

/** strconv.QuoteRune. What is no character is shown as U+FFFD. */
function quotedCharacter(code: number): string {
	const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
	const character = String.fromCodePoint(isCharacter ? code : 0xfffd);
	if (character === '"') return `'"'`;
	return character === "'" ? `'\\''` : `'${quoted(character).slice(1, -1)}'`;
}
