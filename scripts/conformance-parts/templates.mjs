import {echoPort} from './echo-server.mjs';
import {evaluate} from './expressions.mjs';
import {difference} from './outcomes.mjs';

const rules = [
	[/^(server\d+)\.URL$/, ([, id], {urls}) => urls.get(id) ?? difference(`the case starts no ${id}`)],
	[/^(d\d+)$/, ([, id], {places}) => places.get(id)],
	[echoPort, (_, {echo}) => echo],
	[
		/^\{"\$pairs": (.*)\}\[bin==\(runtime\.GOARCH, arm64\)\]$/,
		([, pairs]) => new Map(JSON.parse(pairs)).get(process.arch === 'arm64'),
	],
	[/^\.Hex\(json\(testutil\.ReadTarToMap\(/, (_, {last}) => last.image.digest.replace(/^sha256:/, '')],
];

/** Replaces what upstream's code fills in while it runs. */
export function fill(text, site) {
	return formatted(String(text), site)
		.replaceAll('strings.ToLower(c.Name())', expression => evaluate(expression, site))
		.replaceAll('%[1]s', () => onlyAddress(site))
		.replace(/\{\{((?:[^{}]|\{[^{}]*\})*)\}\}/g, (_, expression) => worthOf(expression, site));
}

/** What an expression of upstream's code is worth here. */
export function worthOf(expression, site) {
	for (const [pattern, answer] of rules) {
		const match = pattern.exec(expression);
		if (match) return answer(match, site);
	}
	return evaluate(expression, site);
}

/** `sprintf(TEXT, EXPRESSION)`, with one `%s`. */
function formatted(text, site) {
	const [, format, expression] = /^sprintf\((.*), (\.URL\(.*\))\)$/s.exec(text) ?? [];
	return expression === undefined ? text : format.replaceAll('%s', () => evaluate(expression, site));
}

/** Texts with `%[1]s` are about one file of one server. */
function onlyAddress({urls}) {
	const [url] = urls.values();
	return url === undefined ? '%[1]s' : `${url}/foo`;
}
