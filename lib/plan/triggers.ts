import type {Instruction} from '../dockerfile/instruction.ts';
import {parseInstruction} from '../dockerfile/parse.ts';
import type {Location} from '../errors.ts';

/** The ONBUILD triggers of an image's config, as if they stood in the FROM that uses it (SURFACE ONB-1). */
export function imageTriggers(triggers: readonly string[], location: Location): readonly Instruction[] {
	return triggers.map(trigger => triggered(parseInstruction(trigger, location)));
}

/** The triggers that a stage has for those that are FROM it. They keep the place of their ONBUILD. */
export function stageTriggers(instructions: readonly Instruction[]): readonly Instruction[] {
	return instructions.flatMap(instruction => {
		return instruction.name === 'ONBUILD' ? [triggered(instruction.instruction)] : [];
	});
}

/** People are told that it was not they who wrote it. */
function triggered(instruction: Instruction): Instruction {
	return {...instruction, text: `ONBUILD ${instruction.text}`};
}
