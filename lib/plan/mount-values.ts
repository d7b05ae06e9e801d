import type {MountFlag, MountKey} from '../dockerfile/instruction.ts';
import {suggest} from '../dockerfile/suggest.ts';
import {DockerfileError, type Location} from '../errors.ts';
import type {Expander} from './expand.ts';

/** Reads the values of a `--mount`: undefined for a key that is not given, an error for a value it cannot have. */
export interface MountReader {
	readonly location: Location;
	text(key: MountKey): string | undefined;
	flag(key: MountKey): boolean | undefined;
	number(key: MountKey, radix: 8 | 10): number | undefined;
	bytes(key: MountKey): number | undefined;
	choice<T extends string>(key: MountKey, choices: readonly T[]): T | undefined;
	fault(reason: string, help: readonly string[]): DockerfileError;
}

export function mountReader({fields, location}: MountFlag, expand: Expander): MountReader {
	const fault = (reason: string, help: readonly string[]) =>
		new DockerfileError('BAD_MOUNT', `RUN: --mount: ${reason}`, {location, help});
	const text = (key: MountKey) => {
		const value = fields.find(field => field.key === key)?.value;
		return value === undefined ? undefined : expand(value, location) || undefined;
	};
	const parsed = <T>(key: MountKey, parse: (value: string) => T | undefined, example: string) => {
		const value = text(key);
		const result = value === undefined ? undefined : parse(value);
		if (value !== undefined && result === undefined)
			throw fault(`${key} cannot be ${value}`, [`as in: ${key}=${example}`]);
		return result;
	};
	return {
		location,
		fault,
		text,
		flag(key) {
			const field = fields.find(candidate => candidate.key === key);
			if (field && field.value === undefined) return true;
			return parsed(key, parseBoolean, 'true');
		},
		number: (key, radix) => parsed(key, value => parseNumber(value, radix), radix === 8 ? '0644' : '1000'),
		bytes: key => parsed(key, parseBytes, '64m'),
		choice(key, choices) {
			const value = text(key);
			const choice = choices.find(known => known === value?.toLowerCase());
			if (value === undefined || choice) return choice;
			const [nearest] = suggest(value, choices);
			throw fault(`${key} cannot be ${value}`, [
				nearest ? `did you mean ${nearest}?` : `it can be ${choices.join(', ')}`,
			]);
		},
	};
}

/** As Go's strconv.ParseBool. */
function parseBoolean(text: string): boolean | undefined {
	if (/^(?:1|t|true)$/i.test(text)) return true;
	return /^(?:0|f|false)$/i.test(text) ? false : undefined;
}

function parseNumber(text: string, radix: 8 | 10): number | undefined {
	const isNumber = (radix === 8 ? /^[0-7]{1,11}$/ : /^\d{1,10}$/).test(text);
	const value = Number.parseInt(text, radix);
	return isNumber && value < 2 ** 32 ? value : undefined;
}

/** `64m`, `1.5GiB`: units are powers of 1024, as docker has them for memory. */
function parseBytes(text: string): number | undefined {
	const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgtp])?(?:i?b)?$/i.exec(text) ?? [];
	if (number === undefined) return undefined;
	const power = unit === '' ? 0 : 'kmgtp'.indexOf(unit.toLowerCase()) + 1;
	return Math.trunc(Number(number) * 1024 ** power);
}
