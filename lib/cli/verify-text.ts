import type {ErrorFacts} from '../errors.ts';
import type {Difference, Verification} from '../index.ts';
import {plural} from './names.ts';
import {formatTime} from './time.ts';

/** What `build --verify` prints where both builds made the same. */
export function sameLine(verification: Verification): string {
	return `the same twice: ${verification.digests[0]}  (${variedText(verification)})`;
}

/** What it says of the first difference, as an error. */
export function differenceFacts(
	difference: Difference,
	verification: Verification,
): ErrorFacts & {readonly reason: string} {
	const {first, further, config = []} = difference;
	const varied = variedText(verification);
	if (!first) {
		return {
			reason: `the image is not the same twice: its config differs in ${config.join(', ')}`,
			notes: [varied],
			help: ['give all that is made one time: --source-date-epoch $(git log -1 --format=%ct)'],
		};
	}
	const {step, file, others} = first;
	const more = `${plural(others, 'other path')} of the step ${others === 1 ? 'differs' : 'differ'} too`;
	return {
		reason: `step ${step.label} is not the same twice: ${file.path} differs in ${file.how}`,
		location: step.location,
		notes: [
			step.text,
			file.detail,
			...(others === 0 ? [] : [more]),
			...(further
				? [
						`the first that differs in more than the times of files is step ${further.step.label}, in ${further.file.path}: ${further.file.detail}`,
					]
				: []),
			varied,
		],
		help: file.help,
	};
}

function variedText({varied: {jobs, later}}: Verification): string {
	return `varied: folder of the store, jobs (${jobs.join(' and ')}), time (${formatTime(later)} later)`;
}
