import type {Dockerfile} from '../dockerfile/dockerfile.ts';
import type {Instruction} from '../dockerfile/instruction.ts';
import {suggest} from '../dockerfile/suggest.ts';
import type {BuildPlan} from './plan.ts';
import {isProxy} from './proxy.ts';

/** Build args that need no ARG to have an effect (SURFACE 1.4). */
const builtIn =
	/^(?:BUILDKIT_.*|(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE|SOURCE_DATE_EPOCH)$/;

/** The build args that no ARG declares, in any stage or trigger (SURFACE ARG-10). */
export function unusedArgs(
	{args, stages}: Dockerfile,
	triggers: readonly Instruction[],
	buildArgs: Iterable<string>,
): BuildPlan['unusedArgs'] {
	const everything = [...args, ...stages.flatMap(({instructions}) => instructions), ...triggers];
	const declared = new Set(everything.flatMap(declaredBy));
	return [...buildArgs]
		.filter(name => !declared.has(name) && !builtIn.test(name) && !isProxy(name))
		.map(name => {
			const [suggestion] = suggest(name, declared);
			return suggestion === undefined ? {name} : {name, suggestion};
		});
}

function declaredBy(instruction: Instruction): readonly string[] {
	if (instruction.name === 'ONBUILD') return declaredBy(instruction.instruction);
	return instruction.name === 'ARG' ? instruction.args.map(({key}) => key.text) : [];
}
