import {buildChecks} from './check-builds.mjs';
import {fileChecks} from './check-files.mjs';
import {imageChecks} from './check-images.mjs';
import {jsonChecks} from './check-json.mjs';
import {tarChecks} from './check-tars.mjs';
import {lacking} from './outcomes.mjs';

const checks = {...buildChecks, ...fileChecks, ...tarChecks, ...jsonChecks, ...imageChecks};

/** Compares one expectation of the corpus with what is there. */
export async function check(expected, site) {
	const test = checks[expected.type] ?? lacking(`check ${expected.type} in this harness`);
	await test(expected, site);
}
