/** A paragraph's fields by their names in lower case; of a value in several lines each is kept, without what it was indented by. */
export type Paragraph = ReadonlyMap<string, string>;

/**
 * The paragraphs of a control file (deb-control(5)), as dpkg, the copyright files of Debian and, with one paragraph before the text, Python's
 * METADATA have them. A line that is none of a field is passed over.
 */
export function paragraphs(text: string): readonly Paragraph[] {
	return text
		.split(/\n(?:[ \t]*\r?\n)+/)
		.map(paragraph)
		.filter(({size}) => size > 0);
}

function paragraph(text: string): Paragraph {
	const fields = new Map<string, string>();
	let last: string | undefined;
	for (const line of text.split(/\r?\n/)) {
		const [, name, value = ''] = /^([A-Za-z0-9][^\s:]*):[ \t]*(.*)$/.exec(line) ?? [];
		if (name !== undefined) {
			last = name.toLowerCase();
			fields.set(last, value.trimEnd());
		} else if (last !== undefined && /^[ \t]/.test(line)) {
			fields.set(last, `${fields.get(last)}\n${line.trim()}`);
		}
	}
	return fields;
}
