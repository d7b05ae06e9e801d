import type {lintRules, rulePage} from '../index.ts';

type Card = (typeof lintRules)[number];
type Page = NonNullable<ReturnType<typeof rulePage>>;

/** The page of a rule, set by hand for 80 columns. */
export function rulePageLines(
	{name, description, url, experimental}: Card,
	{why, bad, good, perInstruction}: Page,
): readonly string[] {
	const above = perInstruction ? 'above the instruction, or at the top of the file' : 'at the top of the file';
	return [
		name,
		...wrapped(description),
		...why.flatMap(paragraph => ['', ...wrapped(paragraph)]),
		'',
		'Bad',
		...bad.map(line => `  ${line}`.trimEnd()),
		'Good',
		...good.map(line => `  ${line}`),
		'',
		...(experimental ? [] : [`Skip it ${above}`, `  # check=skip=${name}`]),
		...(url === undefined ? [] : ['At Docker', `  ${url}`]),
	];
}

function wrapped(text: string, width = 79): readonly string[] {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(word);
	}
	return lines;
}
