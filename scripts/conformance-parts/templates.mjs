import {createHash} from 'node:crypto';
import {echoPort} from './echo-server.mjs';
import {later} from './outcomes.mjs';

/** A registry that is nowhere: what is "pushed" to it is found in the case's own store. */
const registry = 'registry.example:5000';

const rules = [
	[/^(server\d+)\.URL$/, ([, id], {urls}) => urls.get(id) ?? later('remote contexts')],
	[/^(d\d+)$/, ([, id], {places}) => places.get(id)],
	[/^sb\.NewRegistry\(\)$|^privateRegistryURL$/, () => registry],
	[echoPort, (_, {echo}) => echo],
	[/^minimalBaseImage\(\)$|^testEnv\.PlatformDefaults\.BaseImage$/, () => 'busybox'],
	[/^expectedFileChmod$/, () => '-rw-r--r--'],
	[
		/^\{"\$pairs": (.*)\}\[bin==\(runtime\.GOARCH, arm64\)\]$/,
		([, pairs]) => new Map(JSON.parse(pairs)).get(process.arch === 'arm64'),
	],
	[/^identity\.NewID\(\)$/, () => 'id'],
	[/^strings\.ToLower\(c\.Name\(\)\)$/, () => 'name'],
	[/^testutil\.RandomAlpha\((\d+)\)$/, ([, length]) => 'a'.repeat(Number(length))],
	[/^\.Unix\((?:\.UTC\()?time\.Unix\((\d+), 0\)/, ([, seconds]) => seconds],
	[/^\.Unix\(time\.Date\((.*), time\.UTC\)\)$/, ([, date]) => String(unixTime(date))],
	[
		/^\.Format\(\.UTC\(time\.Unix\((\d+), 0\)\), time\.RFC3339\)$/,
		([, seconds]) => new Date(seconds * 1000).toISOString(),
	],
	[/^\.String\(digest\.FromBytes\((.*)\)\)$/, ([, text]) => `sha256:${sha256(text)}`],
	[/^\.Encoded\(digest\.FromBytes\((.*)\)\)$/, ([, text]) => sha256(text)],
];

/** Replaces what upstream's code fills in while it runs. */
export function fill(text, site) {
	return String(text)
		.replaceAll('strings.ToLower(c.Name())', 'name')
		.replaceAll('%[1]s', () => onlyAddress(site))
		.replace(/\{\{((?:[^{}]|\{[^{}]*\})*)\}\}/g, (_, expression) => worthOf(expression, site));
}

/** What an expression of upstream's code is worth here. */
export function worthOf(expression, site) {
	for (const [pattern, answer] of rules) {
		const match = pattern.exec(expression);
		if (match) return answer(match, site);
	}
	return later(`upstream's expression ${expression.slice(0, 40)}`);
}

/** Texts with `%[1]s` are about one file of one server. */
function onlyAddress({urls}) {
	const [url] = urls.values();
	return url === undefined ? '%[1]s' : `${url}/foo`;
}

const months = 'January February March April May June July August September October November December'.split(' ');

function unixTime(date) {
	const [year, month, ...rest] = date.split(', ');
	return Date.UTC(year, months.indexOf(month.replace('time.', '')), ...rest.slice(0, 4)) / 1000;
}

function sha256(text) {
	return createHash('sha256')
		.update(text === 'null' ? '' : text)
		.digest('hex');
}
