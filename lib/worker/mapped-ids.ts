import {StepError} from '../errors.ts';

/**
 * Throws if one of `wanted` is none of the namespace's, which has those below `ids`; a single one stands for all. `deed`: what the id is
 * wanted for, as the error begins.
 */
export function checkMapped(wanted: readonly number[], ids: number, deed: string): void {
	const beyond = ids === 1 ? undefined : wanted.find(id => id >= ids);
	if (beyond === undefined) return;
	throw new StepError('ID_UNMAPPED', `${deed} id ${beyond}: ids up to ${ids - 1} can be mapped here`, {
		help: ['more ids for you, once, as root: usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST USER'],
	});
}
