import type {Step} from './plan.ts';
import type {StepDraft} from './steps/draft.ts';

/** Stages whose steps have no numbers yet, in the order of the Dockerfile. */
interface Unnumbered {
	readonly name: string;
	readonly steps: readonly StepDraft[];
}

/** Gives steps their ids and labels: `s1`, `s2` over all, `2/3` in each stage, with its name if there are several (UX.md section 2). */
export function numberSteps<S extends Unnumbered>(
	stages: readonly S[],
): (Omit<S, 'steps'> & {steps: readonly Step[]})[] {
	let count = 0;
	return stages.map(stage => {
		const prefix = stages.length > 1 ? `${stage.name} ` : '';
		const steps = stage.steps.map((step, index): Step => {
			count += 1;
			return {id: `s${count}`, label: `${prefix}${index + 1}/${stage.steps.length}`, ...step};
		});
		return {...stage, steps};
	});
}
