import {createInterface} from 'node:readline';

/**
 * Counts the results in a stream of TAP 13 (https://testanything.org/tap-version-13-specification.html). Prints what did
 * not pass: failures with their details, and the titles of what was skipped, which hold the reasons.
 */
export async function readTap(stream) {
	const counts = {passed: 0, failed: 0, skipped: 0};
	let shown = false;
	for await (const line of createInterface({input: stream})) {
		const result = /^(not )?ok \d+ - (.*?)( # (SKIP|TODO).*)?$/.exec(line);
		if (!result) {
			if (shown && /^ /.test(line)) console.log(line);
			continue;
		}
		const [, not, title, directive] = result;
		const kind = directive ? 'skipped' : not ? 'failed' : 'passed';
		counts[kind] += 1;
		shown = kind === 'failed';
		if (kind !== 'passed') console.log(`${kind}: ${title}`);
	}
	return counts;
}
