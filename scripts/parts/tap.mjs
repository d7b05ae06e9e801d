import {createInterface} from 'node:readline';

/**
 * The results in a stream of TAP 13 (https://testanything.org/tap-version-13-specification.html): `{kind, title, details}`, `kind` being
 * passed, failed or skipped. The title of what was skipped holds the reason; `details` are the lines below.
 */
export async function* tapResults(stream) {
	let last;
	for await (const line of createInterface({input: stream})) {
		const [result, not, title, directive] = /^(not )?ok \d+ - (.*?)( # (?:SKIP|TODO).*)?$/.exec(line) ?? [];
		if (result === undefined) {
			if (/^ /.test(line)) last?.details.push(line);
			continue;
		}
		if (last) yield last;
		last = {kind: directive ? 'skipped' : not ? 'failed' : 'passed', title, details: []};
	}
	if (last) yield last;
}
