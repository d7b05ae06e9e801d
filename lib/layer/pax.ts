import {Malformed} from './errors.ts';
/**
 * Extended headers of POSIX tar
 * (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03): records `length key=value\n`
 * whose length counts itself. Values are bytes: those of xattrs are no text. This is why tar-stream does not read
 * layers here: it decodes values as UTF-8, which damages every file capability with a byte above 0x7f (cap_setuid),
 * and it knows neither ids nor times of extended headers.
 */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

/** Records as bytes, sorted by key. */
export function encodePax(records: PaxRecords): Buffer {
	const sorted = [...records].sort(([one], [other]) => (one < other ? -1 : 1));
	return Buffer.concat(sorted.map(([key, value]) => encodeRecord(key, value)));
}

/** The records of an extended header. Throws `Malformed` where its form is broken. */
export function decodePax(bytes: Buffer): Map<string, Buffer> {
	const records = new Map<string, Buffer>();
	for (let at = 0; at < bytes.length; ) {
		const blank = bytes.indexOf(0x20, at);
		const length = Number(bytes.toString('latin1', at, Math.max(at, blank)));
		const end = at + length;
		const equals = bytes.indexOf(0x3d, blank);
		if (!(length > 0) || end > bytes.length || bytes[end - 1] !== newline || equals < 0 || equals >= end) {
			throw new Malformed('its extended header is broken');
		}
		records.set(bytes.toString('utf8', blank + 1, equals), bytes.subarray(equals + 1, end - 1));
		at = end;
	}
	return records;
}

const newline = 0x0a;

function encodeRecord(key: string, value: Uint8Array): Buffer {
	const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.of(newline)]);
	let length = rest.length;
	while (`${length}`.length + rest.length !== length) length = `${length}`.length + rest.length;
	return Buffer.concat([Buffer.from(`${length}`), rest]);
}
