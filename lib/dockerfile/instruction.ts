import type {Location} from '../errors.ts';
import type {Flag} from './flags.ts';
import type {HeredocBody} from './heredoc.ts';
import type {Comment} from './statement.ts';

/** One instruction of a Dockerfile, nothing in it expanded yet. Told apart by `name`. */
export type Instruction =
	| AddInstruction
	| ArgInstruction
	| CmdInstruction
	| CopyInstruction
	| EntrypointInstruction
	| EnvInstruction
	| ExposeInstruction
	| FromInstruction
	| HealthcheckInstruction
	| LabelInstruction
	| MaintainerInstruction
	| OnbuildInstruction
	| RunInstruction
	| ShellInstruction
	| StopsignalInstruction
	| UserInstruction
	| VolumeInstruction
	| WorkdirInstruction;

export type InstructionName = Instruction['name'];

/** A word as written, and where it stands. */
export interface Word {
	readonly text: string;
	readonly location: Location;
}

/** What all instructions have. */
export interface InstructionCommon {
	/** As written: `From`. */
	readonly keyword: Word;
	/** From the first to the last line, bodies of heredocs included. */
	readonly location: Location;
	/** As written, continuation lines joined, comments among them dropped; without the bodies of heredocs. */
	readonly text: string;
	readonly flags: readonly Flag[];
	readonly heredocs: readonly HeredocBody[];
	/** The comments right above it. */
	readonly comments: readonly Comment[];
	/** Lines inside it that are empty. */
	readonly emptyLines: readonly number[];
}

/** A command line: argv, or a script for the shell. */
export type Command =
	| {readonly form: 'exec'; readonly argv: readonly string[]}
	| {readonly form: 'shell'; readonly script: string};

/** A `name=value`; `legacy` for the form `ENV name rest of line`. */
export interface KeyValue {
	readonly key: Word;
	readonly value: Word;
	readonly legacy: boolean;
}

export interface FromInstruction extends InstructionCommon {
	readonly name: 'FROM';
	readonly image: Word;
	readonly platform?: Word;
	/** The word AS as written, and the name after it. */
	readonly as?: {readonly keyword: Word; readonly name: Word};
}

export interface ArgInstruction extends InstructionCommon {
	readonly name: 'ARG';
	readonly args: readonly {readonly key: Word; readonly value?: Word}[];
}

export interface EnvInstruction extends InstructionCommon {
	readonly name: 'ENV';
	readonly values: readonly KeyValue[];
}

export interface LabelInstruction extends InstructionCommon {
	readonly name: 'LABEL';
	readonly values: readonly KeyValue[];
}

export interface RunInstruction extends InstructionCommon {
	readonly name: 'RUN';
	readonly command: Command;
	readonly mounts: readonly MountFlag[];
	readonly network?: 'default' | 'none' | 'host';
	readonly security?: 'sandbox' | 'insecure';
	readonly devices: readonly Device[];
}

/** A `--mount`, taken apart; its keys are known, its values not expanded. */
export interface MountFlag {
	readonly fields: readonly MountField[];
	readonly location: Location;
}

export interface MountField {
	readonly key: MountKey;
	readonly value?: string;
}

export type MountKey =
	| 'env'
	| 'from'
	| 'gid'
	| 'id'
	| 'mode'
	| 'readonly'
	| 'readwrite'
	| 'required'
	| 'sharing'
	| 'size'
	| 'source'
	| 'target'
	| 'type'
	| 'uid';

/** A `--device`: https://github.com/cncf-tags/container-device-interface */
export interface Device {
	readonly name: string;
	readonly required: boolean;
	readonly location: Location;
}

export interface CmdInstruction extends InstructionCommon {
	readonly name: 'CMD';
	readonly command: Command;
}

export interface EntrypointInstruction extends InstructionCommon {
	readonly name: 'ENTRYPOINT';
	readonly command: Command;
}

export interface ShellInstruction extends InstructionCommon {
	readonly name: 'SHELL';
	readonly argv: readonly string[];
}

/** What COPY and ADD share. */
interface Transfer extends InstructionCommon {
	readonly sources: readonly Word[];
	/** Copied after `sources`; tabs that do not count are gone. */
	readonly files: readonly InlineFile[];
	readonly destination: Word;
	readonly chown?: string;
	readonly chmod?: string;
	readonly link: boolean;
	readonly parents: boolean;
	readonly exclude: readonly string[];
}

/** A heredoc as a file; `expand` if variables in it are to be expanded. */
export interface InlineFile {
	readonly name: string;
	readonly content: string;
	readonly expand: boolean;
}

export interface CopyInstruction extends Transfer {
	readonly name: 'COPY';
	readonly from?: Word;
}

export interface AddInstruction extends Transfer {
	readonly name: 'ADD';
	readonly checksum?: string;
	readonly keepGitDir?: boolean;
	readonly unpack?: boolean;
}

export interface ExposeInstruction extends InstructionCommon {
	readonly name: 'EXPOSE';
	readonly ports: readonly Word[];
}

export interface HealthcheckInstruction extends InstructionCommon {
	readonly name: 'HEALTHCHECK';
	readonly healthcheck: HealthcheckText;
}

/** As the image config has it; durations in nanoseconds, 0 where none is given. */
export interface HealthcheckText {
	readonly Test: readonly string[];
	readonly Interval: number;
	readonly Timeout: number;
	readonly StartPeriod: number;
	readonly StartInterval: number;
	readonly Retries: number;
}

export interface OnbuildInstruction extends InstructionCommon {
	readonly name: 'ONBUILD';
	/** As it goes into the config: the text of the instruction, its heredocs included. */
	readonly trigger: string;
	readonly instruction: Instruction;
}

export interface UserInstruction extends InstructionCommon {
	readonly name: 'USER';
	readonly user: Word;
}

export interface WorkdirInstruction extends InstructionCommon {
	readonly name: 'WORKDIR';
	readonly path: Word;
}

export interface StopsignalInstruction extends InstructionCommon {
	readonly name: 'STOPSIGNAL';
	readonly signal: Word;
}

export interface MaintainerInstruction extends InstructionCommon {
	readonly name: 'MAINTAINER';
	readonly author: string;
}

export interface VolumeInstruction extends InstructionCommon {
	readonly name: 'VOLUME';
	readonly paths: readonly Word[];
}
