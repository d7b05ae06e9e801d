/** The fields of one line of comma-separated values (RFC 4180), as Go's encoding/csv reads it; undefined if it is none. */
export function csvFields(line: string): readonly string[] | undefined {
	if (!/^(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*$/.test(line) || line === '') return undefined;
	return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
		([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
	);
}
