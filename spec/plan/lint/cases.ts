import type {AskedLint} from './linting.ts';

/** A Dockerfile, and the lines `number detail` that a rule says of it. None: the rule has nothing against it. */
export interface Case {
	readonly claim: string;
	readonly lines: readonly string[];
	readonly asked?: AskedLint;
	readonly finds?: readonly string[];
}

const arm64 = {os: 'linux', architecture: 'arm64'};
const amd64 = {os: 'linux', architecture: 'amd64'};

const relativePath = (path: string) => `Relative workdir ${path} can have unexpected results if the base image changes`;
const onlyLast = (keyword: string) =>
	`Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`;
const signals = (keyword: string) =>
	`JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`;
const secret = (what: string) => `Do not use ARG or ENV instructions for sensitive data (${what})`;
const mapping = (port: string) =>
	`EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`;
const ignored = (verb: string, path: string) =>
	`Attempting to ${verb} file "${path}" that is excluded by .dockerignore`;
const legacy = (keyword: string) =>
	`"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`;

/** By rule, with its row of SURFACE. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
	'StageNameCasing LNT-1': [
		{claim: 'a name in lower case', lines: ['FROM scratch AS one-two']},
		{
			claim: 'a name with a capital',
			lines: ['FROM scratch AS One', 'FROM one'],
			finds: ["1 Stage name 'One' should be lowercase"],
		},
		{claim: 'the comment above it is obeyed', lines: ['#', '# check=skip=StageNameCasing', 'FROM scratch AS One']},
	],
	'FromAsCasing LNT-2': [
		{claim: 'both in lower case', lines: ['from scratch as one']},
		{
			claim: 'AS in lower case',
			lines: ['FROM scratch as one'],
			finds: ["1 'as' and 'FROM' keywords' casing do not match"],
		},
		{
			claim: 'AS in both cases',
			lines: ['FROM scratch As one'],
			finds: ["1 'As' and 'FROM' keywords' casing do not match"],
		},
		{claim: 'FROM in both cases, which is told by another rule', lines: ['From scratch as one']},
	],
	'NoEmptyContinuation LNT-3': [
		{claim: 'a comment in between', lines: ['FROM scratch', 'ENV A=1 \\', '# why', 'B=2']},
		{
			claim: 'two empty lines, told once and of the last line',
			lines: ['FROM scratch', 'ENV A=1 \\', '', 'B=2 \\', ' ', 'C=3', 'ENV D=4'],
			finds: ['6 Empty continuation line'],
		},
		{
			claim: 'an empty line above the body of a heredoc',
			lines: ['FROM scratch', 'COPY <<one <<two \\', '', '/', 'one', 'two', 'three', 'two'],
			finds: ['4 Empty continuation line'],
		},
	],
	'ConsistentInstructionCasing LNT-4': [
		{claim: 'all in lower case', lines: ['from scratch', 'env A=1']},
		{claim: 'ARGs above the first FROM do not count', lines: ['arg A=1', 'FROM scratch']},
		{
			claim: 'as many of one case as of the other',
			lines: ['FROM scratch', 'env A=1'],
			finds: ["2 Command 'env' should match the case of the command majority (uppercase)"],
		},
		{
			claim: 'most are in lower case, in every stage',
			lines: ['from scratch', 'env A=1', 'FROM scratch', 'Env B=1'],
			finds: [
				"3 Command 'FROM' should match the case of the command majority (lowercase)",
				"4 Command 'Env' should match the case of the command majority (lowercase)",
			],
		},
		{
			claim: 'a comment above the instruction is not obeyed, as in BuildKit',
			lines: ['FROM scratch', '# check=skip=all', 'env A=1'],
			finds: ["3 Command 'env' should match the case of the command majority (uppercase)"],
		},
	],
	'DuplicateStageName LNT-5': [
		{claim: 'different names', lines: ['FROM scratch AS a', 'FROM scratch AS b', 'FROM scratch']},
		{
			claim: 'three of a name, in whatever case',
			lines: ['FROM scratch AS a', 'FROM scratch AS A', 'FROM scratch AS a'],
			finds: [
				'2 Duplicate stage name "a", stage names should be unique',
				'3 Duplicate stage name "a", stage names should be unique',
			],
		},
	],
	'ReservedStageName LNT-6': [
		{claim: 'a name that begins so', lines: ['FROM scratch AS scratch-2']},
		{
			claim: 'both words',
			lines: ['FROM scratch AS Context', 'FROM scratch AS scratch'],
			finds: [
				'1 Stage name should not use the same name as reserved stage "context"',
				'2 Stage name should not use the same name as reserved stage "scratch"',
			],
		},
	],
	'JSONArgsRecommended LNT-7': [
		{claim: 'the exec form', lines: ['FROM scratch', 'CMD ["a"]', 'ENTRYPOINT ["a"]']},
		{claim: 'RUN, which is no process to be signalled', lines: ['FROM scratch', 'RUN a']},
		{
			claim: 'both instructions, called as they are written',
			lines: ['FROM scratch', 'cmd a', 'ENTRYPOINT a'],
			finds: [`2 ${signals('cmd')}`, `3 ${signals('ENTRYPOINT')}`],
		},
		{claim: 'a SHELL above', lines: ['FROM scratch', 'SHELL ["/bin/sh", "-c"]', 'CMD a']},
		{claim: 'a SHELL in the stage it is FROM', lines: ['FROM scratch AS a', 'SHELL ["b"]', 'FROM a', 'CMD a']},
		{
			claim: 'a SHELL of the base',
			lines: ['FROM base', 'CMD a'],
			asked: {configs: {base: {Shell: ['/bin/bash', '-c']}}},
		},
		{
			claim: 'a SHELL below',
			lines: ['FROM scratch', 'CMD a', 'SHELL ["b"]'],
			finds: [`2 ${signals('CMD')}`],
		},
	],
	'MaintainerDeprecated LNT-8': [
		{claim: 'a label', lines: ['FROM scratch', 'LABEL org.opencontainers.image.authors=me']},
		{
			claim: 'MAINTAINER',
			lines: ['FROM scratch', 'MAINTAINER me'],
			finds: ['2 Maintainer instruction is deprecated in favor of using label'],
		},
	],
	'UndefinedArgInFrom LNT-9': [
		{claim: 'an ARG with a value', lines: ['ARG A=scratch', 'FROM $A']},
		{claim: 'an ARG without a value', lines: ['ARG A', 'FROM scratch$A']},
		{claim: 'a platform that is built in', lines: ['FROM --platform=$BUILDPLATFORM scratch']},
		{
			claim: 'a name near another, and one that is not',
			lines: ['ARG VERSION=1', 'FROM base:1$VERSIOM$q AS b', 'FROM scratch'],
			finds: [
				"2 FROM argument 'VERSIOM' is not declared (did you mean VERSION?)",
				"2 FROM argument 'q' is not declared",
			],
		},
		{
			claim: 'an ARG of a stage, which is not seen by FROM',
			lines: ['FROM scratch', 'ARG A=scratch', `FROM scratch\${A-}`],
			finds: ["3 FROM argument 'A' is not declared"],
		},
	],
	'WorkdirRelativePath LNT-10': [
		{claim: 'an absolute path, then one relative to it', lines: ['FROM scratch', 'WORKDIR /a', 'WORKDIR b']},
		{
			claim: 'only the first is told: with it all are right',
			lines: ['FROM scratch', 'WORKDIR a/', 'WORKDIR b'],
			finds: [`2 ${relativePath('"a/"')}`],
		},
		{claim: 'set in the stage it is FROM', lines: ['FROM scratch AS a', 'WORKDIR /a', 'FROM a', 'WORKDIR b']},
		{
			claim: 'set by the base only, which may change',
			lines: ['FROM base', 'ARG dir=b', 'WORKDIR $dir'],
			asked: {configs: {base: {WorkingDir: '/a'}}},
			finds: [`3 ${relativePath('"b"')}`],
		},
	],
	'UndefinedVar LNT-11': [
		{
			claim: 'set above, by ENV, ARG or the base',
			lines: ['FROM base', 'ARG A', 'ENV B=$A C=$D', 'USER $B$PATH'],
			asked: {configs: {base: {Env: ['D=1']}}},
		},
		{claim: 'declared in the stage it is FROM', lines: ['FROM scratch AS a', 'ARG A', 'FROM a', 'USER 0$A']},
		{claim: 'a command, which its shell expands', lines: ['FROM scratch', 'RUN $a', 'CMD ["$b"]']},
		{claim: 'EXPOSE', lines: ['FROM scratch', 'EXPOSE 8$a']},
		{
			claim: 'once a word, with the nearest name',
			lines: ['FROM scratch', 'ENV FOO=1', 'ENV a=$FO$FO b=$FO c=$nothing'],
			finds: [
				"3 Usage of undefined variable '$FO' (did you mean $FOO?)",
				"3 Usage of undefined variable '$FO' (did you mean $FOO?)",
				"3 Usage of undefined variable '$nothing'",
			],
		},
		{
			claim: 'names of one instruction are not set before the next',
			lines: ['FROM scratch', 'ENV aaaa=1 b=$aaaa', 'ARG cccc=1 d=$cccc'],
			finds: ["2 Usage of undefined variable '$aaaa'"],
		},
		{
			claim: 'the default of an ARG, unless it is not used',
			lines: ['FROM scratch', 'ARG a=$xxxx', 'ARG b=$yyyy'],
			asked: {buildArgs: {a: '1'}},
			finds: ["3 Usage of undefined variable '$yyyy'"],
		},
		{
			claim: 'every word that is expanded',
			lines: [
				'FROM scratch',
				'COPY --chown=$aaaaa --chmod=6$bbbbb . /$ccccc',
				'LABEL $ddddd=1',
				'RUN --mount=type=cache,target=/x$eeeee true',
				'STOPSIGNAL SIGTERM$fffff',
				'USER $ggggg',
				'VOLUME /$hhhhh',
				'WORKDIR /$iiiii',
				'COPY <<end <<"quoted" /',
				'$jjjjj',
				'end',
				'$kkkkk',
				'quoted',
			],
			finds: [
				'2 aaaaa',
				'2 bbbbb',
				'2 ccccc',
				'3 ddddd',
				'4 eeeee',
				'5 fffff',
				'6 ggggg',
				'7 hhhhh',
				'8 iiiii',
				'9 jjjjj',
			].map(line => line.replace(/(\d) (\w+)/, "$1 Usage of undefined variable '$$$2'")),
		},
	],
	'MultipleInstructionsDisallowed LNT-12': [
		{claim: 'one of each', lines: ['FROM scratch', 'CMD ["a"]', 'ENTRYPOINT ["a"]', 'HEALTHCHECK NONE']},
		{claim: 'one in each stage', lines: ['FROM scratch AS a', 'CMD ["a"]', 'FROM a', 'CMD ["a"]']},
		{
			claim: 'all but the last are told',
			lines: ['FROM scratch', 'CMD ["a"]', 'CMD ["b"]', 'cmd ["c"]', 'HEALTHCHECK NONE', 'HEALTHCHECK CMD a'],
			finds: [`2 ${onlyLast('CMD')}`, `3 ${onlyLast('cmd')}`, `5 ${onlyLast('HEALTHCHECK')}`],
		},
	],
	'LegacyKeyValueFormat LNT-13': [
		{claim: 'with =', lines: ['FROM scratch', 'ENV a=b', 'LABEL a=b c=d']},
		{
			claim: 'with a blank',
			lines: ['FROM scratch', 'ENV a b c', 'label a b'],
			finds: [`2 ${legacy('ENV')}`, `3 ${legacy('label')}`],
		},
	],
	'InvalidBaseImagePlatform LNT-14': [
		{claim: 'the platform asked for', lines: ['FROM base'], asked: {imagesFor: {base: amd64}}},
		{claim: 'another one of its variants', lines: ['FROM base'], asked: {imagesFor: {base: {...amd64, variant: 'v3'}}}},
		{claim: 'an image without files', lines: ['FROM base']},
		{
			claim: 'another architecture',
			lines: ['FROM base'],
			asked: {imagesFor: {base: {...arm64, variant: 'v8'}}},
			finds: ['1 Base image base was pulled with platform "linux/arm64", expected "linux/amd64" for current build'],
		},
		{
			claim: 'another one than FROM says',
			lines: ['FROM --platform=$BUILDPLATFORM base'],
			asked: {imagesFor: {base: arm64}, platform: arm64},
			finds: ['1 Base image base was pulled with platform "linux/arm64", expected "linux/amd64" for current build'],
		},
		{
			claim: 'an image that a named context stands for is what it is',
			lines: ['FROM base'],
			asked: {contexts: {base: 'docker-image://other'}, imagesFor: {base: arm64}},
		},
	],
	'RedundantTargetPlatform LNT-15': [
		{claim: 'the platform of the machine', lines: ['FROM --platform=$BUILDPLATFORM scratch']},
		{claim: 'a part of it', lines: ['FROM --platform=linux/$TARGETARCH scratch']},
		{
			claim: 'as it is written',
			lines: [`FROM --platform=\${TARGETPLATFORM} scratch`],
			finds: [
				`1 Setting platform to predefined \${TARGETPLATFORM} in FROM is redundant as this is the default behavior`,
			],
		},
	],
	'SecretsUsedInArgOrEnv LNT-16': [
		{claim: 'words that only contain such a word', lines: ['FROM scratch', 'ENV monkey=1 tokens=1 author=1']},
		{claim: 'names that say it is none', lines: ['FROM scratch', 'ENV PUBLIC_KEY=1 KEY_FILE=1', 'ARG key_version']},
		{claim: 'ARGs above the first FROM', lines: ['ARG password=1', 'FROM scratch']},
		{claim: 'labels', lines: ['FROM scratch', 'LABEL password=1']},
		{
			claim: 'the words, alone or between lines, in whatever case',
			lines: [
				'FROM scratch',
				'ENV apikey=1 my_Auth=1 CREDENTIAL_x=1 a_credentials_b=1',
				'ARG key=1 password pword',
				'ENV passwd 1',
				'ARG SECRET token=1',
			],
			finds: [
				`2 ${secret('ENV "CREDENTIAL_x"')}`,
				`2 ${secret('ENV "a_credentials_b"')}`,
				`2 ${secret('ENV "apikey"')}`,
				`2 ${secret('ENV "my_Auth"')}`,
				`3 ${secret('ARG "key"')}`,
				`3 ${secret('ARG "password"')}`,
				`3 ${secret('ARG "pword"')}`,
				`4 ${secret('ENV "passwd"')}`,
				`5 ${secret('ARG "SECRET"')}`,
				`5 ${secret('ARG "token"')}`,
			],
		},
	],
	'InvalidDefaultArgInFrom LNT-17': [
		{claim: 'a default that makes it a name', lines: ['ARG TAG=1', 'FROM base:$TAG']},
		{claim: 'no default, but a name all the same', lines: ['ARG SUFFIX', 'FROM base:1$SUFFIX']},
		{
			claim: 'no default, and no name',
			lines: ['ARG TAG', 'ARG BASE', `FROM base:\${TAG}`, 'FROM $BASE'],
			asked: {buildArgs: {TAG: '1', BASE: 'base'}},
			finds: [
				`3 Default value for ARG base:\${TAG} results in empty or invalid base image name`,
				'4 Default value for ARG $BASE results in empty or invalid base image name',
			],
		},
	],
	'FromPlatformFlagConstDisallowed LNT-18': [
		{claim: 'a variable in it', lines: ['ARG A=amd64', 'FROM --platform=linux/$A scratch']},
		{claim: 'a name that tells the architecture', lines: ['FROM --platform=linux/arm64 scratch AS for-arm64']},
		{claim: 'a name that tells the system', lines: ['FROM --platform=linux/arm64 scratch AS LINUX']},
		{
			claim: 'a constant',
			lines: ['FROM --platform=linux/arm64/v8 scratch AS arm'],
			finds: ['1 FROM --platform flag should not use constant value "linux/arm64/v8"'],
		},
	],
	'CopyIgnoredFile LNT-19': [
		{claim: 'no ignore file, or one that takes something back', lines: ['FROM scratch', 'COPY a /']},
		{
			claim: 'COPY and ADD of what is left out, once a source',
			lines: ['FROM scratch', 'COPY ./a b/../a a.txt /', 'add a/b /'],
			asked: {isExcluded: path => path === 'a' || path === 'a/b'},
			finds: [`2 ${ignored('Copy', 'a')}`, `2 ${ignored('Copy', 'a')}`, `3 ${ignored('Add', 'a/b')}`],
		},
		{
			claim: 'what comes from elsewhere',
			lines: [
				'FROM scratch AS one',
				'FROM scratch',
				'COPY --from=one a /',
				'ADD https://example.com/a /',
				'COPY <<a /',
				'a',
			],
			asked: {isExcluded: () => true},
		},
		{
			claim: 'the context itself',
			lines: ['FROM scratch', 'ARG none=', 'COPY . /', 'COPY $none /'],
			asked: {isExcluded: path => path === '.'},
			finds: [`3 ${ignored('Copy', '.')}`, `4 ${ignored('Copy', '.')}`],
		},
	],
	'InvalidDefinitionDescription LNT-20': [
		{claim: 'it is only checked when asked for', lines: ['# any words', 'FROM scratch AS a']},
		{
			claim: 'asked for, but all is well',
			lines: [
				'# check=experimental=all',
				'# A says so',
				'ARG A=1',
				'# b is one of two',
				'ARG a=1 b=2',
				'# words',
				'',
				'FROM scratch AS a',
				'# words',
				'ENV A=1',
			],
		},
		{
			claim: 'the last comment begins with another word',
			lines: [
				'# check=experimental=InvalidDefinitionDescription',
				'# A is described',
				'# and not',
				'ARG A=1',
				'# words',
				'ARG a=1 b=2',
				'# One',
				'FROM scratch AS One',
			],
			finds: [
				'4 Comment for ARG should follow the format: `# A <description>`',
				'6 Comment for ARG should follow the format: `# <arg_key> <description>`',
				'8 Comment for FROM should follow the format: `# one <description>`',
			],
		},
		{claim: 'a stage without a name', lines: ['# check=experimental=all', '# words', 'FROM scratch']},
	],
	'ExposeProtoCasing LNT-21': [
		{claim: 'lower case', lines: ['FROM scratch', 'EXPOSE 80/tcp 81/udp 82']},
		{
			claim: 'upper case, once a word',
			lines: ['FROM scratch', 'ENV P="80/TCP 81-82/Udp"', 'EXPOSE $P 83/sctp'],
			finds: [
				"3 Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
				"3 Defined protocol '81-82/Udp' in EXPOSE instruction should be lowercase",
			],
		},
	],
	'ExposeInvalidFormat LNT-22': [
		{claim: 'ports and ranges', lines: ['FROM scratch', 'EXPOSE 80 81-82/udp']},
		{
			claim: 'an address, or a port of the host',
			lines: ['FROM scratch', 'EXPOSE 80:81 127.0.0.1::82 [::1]:83:83 84'],
			finds: [`2 ${mapping('127.0.0.1::82')}`, `2 ${mapping('80:81')}`, `2 ${mapping('[::1]:83:83')}`],
		},
	],
};
