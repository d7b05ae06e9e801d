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
