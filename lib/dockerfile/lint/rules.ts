import {quoted} from '../quoted.ts';

/** A rule of the linter. Names, descriptions and details are BuildKit's, word for word: programs compare them. */
export interface Rule<Facts extends readonly string[]> extends RuleCard {
	/** What BuildKit says of a finding. */
	readonly detail: (...facts: Facts) => string;
	/** What the screen says of it. */
	readonly message: (...facts: Facts) => string;
}

/** What is the same for all findings of a rule. */
export interface RuleCard {
	readonly name: string;
	readonly description: string;
	/** Its page at Docker, if it has one. */
	readonly url?: string;
	/** Only checked if it is asked for, with `# check=experimental=NAME`. */
	readonly experimental: boolean;
}

export const stageNameCasing: Rule<[name: string]> = {
	...card('StageNameCasing', 'Stage names should be lowercase'),
	detail: name => `Stage name '${name}' should be lowercase`,
	message: name => `the stage name ${name} is not in lower case`,
};

export const fromAsCasing: Rule<[from: string, as: string]> = {
	...card('FromAsCasing', "The 'as' keyword should match the case of the 'from' keyword"),
	detail: (from, as) => `'${as}' and '${from}' keywords' casing do not match`,
	message: (from, as) => `${from} and ${as} are not in the same case`,
};

export const noEmptyContinuation: Rule<[]> = {
	...card('NoEmptyContinuation', 'Empty continuation lines will become errors in a future release'),
	detail: () => 'Empty continuation line',
	message: () => 'a line that continues an instruction is empty',
};

export const consistentInstructionCasing: Rule<[keyword: string, casing: string]> = {
	...card(
		'ConsistentInstructionCasing',
		'All commands within the Dockerfile should use the same casing (either upper or lower)',
	),
	detail: (keyword, casing) => `Command '${keyword}' should match the case of the command majority (${casing})`,
	message: (keyword, casing) => `${keyword} is not in ${casing.replace('case', ' case')}, as most instructions are`,
};

export const duplicateStageName: Rule<[name: string]> = {
	...card('DuplicateStageName', 'Stage names should be unique'),
	detail: name => `Duplicate stage name ${quoted(name)}, stage names should be unique`,
	message: name => `two stages are named ${name}`,
};

export const reservedStageName: Rule<[name: string]> = {
	...card('ReservedStageName', 'Reserved words should not be used as stage names'),
	detail: name => `Stage name should not use the same name as reserved stage ${quoted(name)}`,
	message: name => `a stage is named ${name}, which means something else already`,
};

export const jsonArgsRecommended: Rule<[keyword: string]> = {
	...card(
		'JSONArgsRecommended',
		'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
	),
	detail: keyword => `JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`,
	message: keyword => `JSON arguments recommended for ${keyword}`,
};

export const maintainerDeprecated: Rule<[]> = {
	...card(
		'MaintainerDeprecated',
		'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
	),
	detail: () => 'Maintainer instruction is deprecated in favor of using label',
	message: () => 'MAINTAINER is deprecated',
};

export const undefinedArgInFrom: Rule<[name: string, nearest: string]> = {
	...card('UndefinedArgInFrom', 'FROM command must use declared ARGs'),
	detail: (name, nearest) => `FROM argument '${name}' is not declared${didYouMean(nearest)}`,
	message: name => `FROM uses ${name}, which no ARG before the first FROM declares`,
};

export const workdirRelativePath: Rule<[path: string]> = {
	...card(
		'WorkdirRelativePath',
		'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
	),
	detail: path => `Relative workdir ${quoted(path)} can have unexpected results if the base image changes`,
	message: path => `WORKDIR ${path} begins where the base image ends`,
};

export const undefinedVar: Rule<[name: string, nearest: string]> = {
	...card('UndefinedVar', 'Variables should be defined before their use'),
	detail: (name, nearest) => `Usage of undefined variable '$${name}'${didYouMean(nearest && `$${nearest}`)}`,
	message: name => `the variable ${name} is not set here`,
};

export const multipleInstructionsDisallowed: Rule<[keyword: string]> = {
	...card(
		'MultipleInstructionsDisallowed',
		'Multiple instructions of the same type should not be used in the same stage',
	),
	detail: keyword =>
		`Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`,
	message: keyword => `this ${keyword} has no effect: another one follows in its stage`,
};

export const legacyKeyValueFormat: Rule<[keyword: string]> = {
	...card('LegacyKeyValueFormat', 'Legacy key/value format with whitespace separator should not be used'),
	detail: keyword => `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`,
	message: keyword => `${keyword} with a blank between name and value is the old form`,
};

export const invalidBaseImagePlatform: Rule<[image: string, expected: string, actual: string]> = {
	name: 'InvalidBaseImagePlatform',
	description: 'Base image platform does not match expected target platform',
	experimental: false,
	detail: (image, expected, actual) =>
		`Base image ${image} was pulled with platform ${quoted(actual)}, expected ${quoted(expected)} for current build`,
	message: (image, expected, actual) => `${image} is for ${actual}, and the build for ${expected}`,
};

export const redundantTargetPlatform: Rule<[word: string]> = {
	...card(
		'RedundantTargetPlatform',
		'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
	),
	detail: word => `Setting platform to predefined ${word} in FROM is redundant as this is the default behavior`,
	message: word => `--platform=${word} is what FROM does anyway`,
};

export const secretsUsedInArgOrEnv: Rule<[instruction: string, name: string]> = {
	...card('SecretsUsedInArgOrEnv', 'Sensitive data should not be used in the ARG or ENV commands'),
	detail: (instruction, name) =>
		`Do not use ARG or ENV instructions for sensitive data (${instruction} ${quoted(name)})`,
	message: (instruction, name) => `${instruction} ${name} looks like a secret, and stays in the image`,
};

export const invalidDefaultArgInFrom: Rule<[image: string]> = {
	...card('InvalidDefaultArgInFrom', 'Default value for global ARG results in an empty or invalid base image name'),
	detail: image => `Default value for ARG ${image} results in empty or invalid base image name`,
	message: image => `without --build-arg, ${image} is no image name`,
};

export const fromPlatformFlagConstDisallowed: Rule<[platform: string]> = {
	...card('FromPlatformFlagConstDisallowed', 'FROM --platform flag should not use a constant value'),
	detail: platform => `FROM --platform flag should not use constant value ${quoted(platform)}`,
	message: platform => `--platform=${platform} makes the image of this stage the same for every platform`,
};

export const copyIgnoredFile: Rule<[verb: string, path: string]> = {
	...card('CopyIgnoredFile', 'Attempting to Copy file that is excluded by .dockerignore'),
	detail: (verb, path) => `Attempting to ${verb} file ${quoted(path)} that is excluded by .dockerignore`,
	message: (verb, path) => `${verb.toUpperCase()}: .dockerignore leaves out ${path}`,
};

export const invalidDefinitionDescription: Rule<[instruction: string, name: string]> = {
	...card(
		'InvalidDefinitionDescription',
		'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
		{experimental: true},
	),
	detail: (instruction, name) => `Comment for ${instruction} should follow the format: \`# ${name} <description>\``,
	message: (instruction, name) => `the comment above ${instruction} does not begin with ${name}`,
};

export const exposeProtoCasing: Rule<[port: string]> = {
	...card('ExposeProtoCasing', 'Protocol in EXPOSE instruction should be lowercase'),
	detail: port => `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
	message: port => `the protocol of ${port} is not in lower case`,
};

export const exposeInvalidFormat: Rule<[port: string]> = {
	...card(
		'ExposeInvalidFormat',
		'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
	),
	detail: port => `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
	message: port => `EXPOSE ${port} names a port of the host, which has no effect`,
};

/** All rules, in the order in which BuildKit has them (SURFACE LNT-1 to LNT-22). */
export const rules: readonly RuleCard[] = [
	stageNameCasing,
	fromAsCasing,
	noEmptyContinuation,
	consistentInstructionCasing,
	duplicateStageName,
	reservedStageName,
	jsonArgsRecommended,
	maintainerDeprecated,
	undefinedArgInFrom,
	workdirRelativePath,
	undefinedVar,
	multipleInstructionsDisallowed,
	legacyKeyValueFormat,
	invalidBaseImagePlatform,
	redundantTargetPlatform,
	secretsUsedInArgOrEnv,
	invalidDefaultArgInFrom,
	fromPlatformFlagConstDisallowed,
	copyIgnoredFile,
	invalidDefinitionDescription,
	exposeProtoCasing,
	exposeInvalidFormat,
];

function card(name: string, description: string, {experimental = false} = {}): RuleCard {
	const page = name.replace(/(?<=[a-z])(?=[A-Z])|(?<=JSON)/g, '-').toLowerCase();
	return {name, description, url: `https://docs.docker.com/go/dockerfile/rule/${page}/`, experimental};
}

function didYouMean(nearest: string): string {
	return nearest === '' ? '' : ` (did you mean ${nearest}?)`;
}
