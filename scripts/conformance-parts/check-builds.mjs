import {throwIfFailed} from './build.mjs';
import {difference, errorOf, lacking} from './outcomes.mjs';
import {same} from './same.mjs';
import {fill} from './templates.mjs';

/** Whether a build, or a command of docker's, ended as expected, and what it printed. */
export const buildChecks = {
	'build-ok': ({build}, site) => throwIfFailed(ended(build, site)),
	'build-fails': ({build}, site) => void failure(build, site),
	/** Whether it ends as the record says. One that succeeds in spite of it must be what today's BuildKit makes of it. */
	'as-builders': ({build, fails, line}, site) => {
		const outcome = ended(build, site);
		if (!fails) return throwIfFailed(outcome);
		const judge = site.agreements.find(({name}) => ['buildkit', 'hand'].includes(name));
		if (!outcome.failed && judge) judge.others.push('the record has that it fails');
		else failure(build, site);
		if (outcome.failed && line) markedLines(outcome.text, [line]);
	},
	// How BuildKit words its errors is its own: what counts is that there is one, and that it is an error of the user's making.
	'error-contains': ({build}, site) => void failure(build, site),
	'error-matches': ({build}, site) => void failure(build, site),
	'error-lines': ({build, lines}, site) => {
		markedLines(failure(build, site), lines);
	},
	'exit-code': ({build, value}, site) => same(ended(build, site).status, value, `exit code of ${build}`),
	'output-contains': ({build, text: part}, site) => {
		const {text} = ended(build, site);
		if (!text.includes(fill(part, site))) difference(`the output has no ${JSON.stringify(part)}`);
	},
	'output-not-contains': ({build, texts}, site) => {
		const {text} = ended(build, site);
		for (const part of texts) if (text.includes(part)) difference(`the output has ${JSON.stringify(part)}`);
	},
	/** What it printed on stdout, without the ends of lines around it. */
	'output-equals': ({build, text}, site) => same(ended(build, site).stdout.trim(), text, `output of ${build}`),
	/** A line that a RUN printed. */
	'printed-line': ({build, text}, site) => {
		const lines = ended(build, site)
			.text.split('\n')
			.map(line => line.replace(/^\[[^\]]*\] \| /, ''));
		if (!lines.includes(text)) difference(`no RUN printed the line ${JSON.stringify(text)}`);
	},
	'run-fails': ({build}, site) => {
		if (!ended(build, site).failed) difference(`${build} succeeds`);
	},
	/** How often a line of the output has a text. */
	'output-count': ({build, text: part, count}, site) =>
		same(ended(build, site).text.split(part).length - 1, count, `how often the output has ${JSON.stringify(part)}`),
	/** The methods by which a server of the case was asked for a path, in order. */
	requests: ({server, path, asked}, site) => {
		const requests = site.requests.get(server).filter(request => request.path === path);
		const told = ({method, headers}) => ('if-none-match' in headers ? `${method} if-none-match` : method);
		same(requests.map(told), asked, `requests for ${path}`);
	},
	'user-agent': ({server, pattern}, site) => {
		for (const {headers} of site.requests.get(server))
			if (!new RegExp(pattern).test(headers['user-agent'])) difference(`the user agent is ${headers['user-agent']}`);
	},
};

function markedLines(text, lines) {
	const marked = [...text.matchAll(/^\s*(\d+) \| >>>/gm)].map(([, line]) => Number(line));
	if (!lines.every(line => marked.includes(line))) difference(`the error marks the lines ${marked}, not ${lines}`);
}

function ended(id, {builds}) {
	return builds.get(id) ?? difference(`there is no ${id}`);
}

/** The text of a failed build. What this release lacks, and bugs, are no failures that anybody expected. */
function failure(build, site) {
	const {failed, text, unsupported, status} = ended(build, site);
	if (unsupported) lacking(unsupported);
	if (!failed) difference('the build succeeds');
	const isRefused = status === 7 && /entitlement \S+ is not allowed/.test(text);
	const lacksProgram = status === 7 && /error: no \w+ found/.test(text);
	if (![2, 3, 4, 5].includes(status) && !isRefused && !lacksProgram)
		difference(`the build ends with ${status}: ${errorOf(text)}`);
	return text;
}
