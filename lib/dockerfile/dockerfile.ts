import type {Directive, Escape} from './directives.ts';
import type {ArgInstruction, FromInstruction, Instruction} from './instruction.ts';

/** A Dockerfile that was read: every instruction typed and in its stage, nothing expanded. */
export interface Dockerfile {
	/** As people name it. */
	readonly file: string;
	readonly escape: Escape;
	readonly directives: readonly Directive[];
	/** The frontend it asks for, in whatever form. */
	readonly syntax?: Directive;
	/** The ARGs before the first FROM. */
	readonly args: readonly ArgInstruction[];
	/** At least one. */
	readonly stages: readonly StageText[];
}

/** A FROM and what follows it. */
export interface StageText {
	readonly from: FromInstruction;
	readonly instructions: readonly Instruction[];
}
