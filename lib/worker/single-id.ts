import type {RunJob} from '../runtime/job.ts';
import {currentAccount} from './id-map.ts';
import type {WorkerWarning} from './worker.ts';

/** The warning of UX.md section 3 for a user without subordinate ids. */
export function singleIdWarning(account = currentAccount()): WorkerWarning {
	return {
		message: `no subordinate ids for user ${account.uid}, so RUN has one id only`,
		notes: [
			"owners are recorded and right in the image, but programs that change\ntheir user (apt's _apt, su) may fail",
		],
		help: [`once, as root:\nusermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${account.name}`],
	};
}

/** Where a RUN finds the settings of apt: in the memory that /dev is, so that no layer has them. */
const aptSettings = '/dev/strata/apt.conf';

/** The job as one id can do it: apt checks whether it really became its user _apt, so it is told not to try. */
export function withOneId(job: RunJob): RunJob {
	if (job.env.some(variable => variable.startsWith('APT_CONFIG='))) return job;
	const settings = {path: aptSettings, data: 'APT::Sandbox::User "root";\n', mode: 0o644};
	return {...job, env: [...job.env, `APT_CONFIG=${aptSettings}`], files: [...job.files, settings]};
}
