/** What is to be known of a rule: why it is one, and what it speaks against. */
export interface RulePage {
	/** Paragraphs. */
	readonly why: readonly string[];
	/** Lines of a Dockerfile. */
	readonly bad: readonly string[];
	readonly good: readonly string[];
	/** Whether a comment above an instruction can skip it; else only the directive of the file can. */
	readonly perInstruction: boolean;
}

/** The page of a rule by its name; undefined for what is no rule. */
export function rulePage(name: string): RulePage | undefined {
	const page = Object.hasOwn(pages, name) ? pages[name] : undefined;
	return page && {...page, perInstruction: !ofFile.includes(name)};
}

/** Rules about the file as a whole, or about what is known before any comment is read. */
const ofFile: readonly string[] = [
	'NoEmptyContinuation',
	'ConsistentInstructionCasing',
	'DuplicateStageName',
	'ReservedStageName',
	'InvalidBaseImagePlatform',
	'InvalidDefaultArgInFrom',
];

const pages: Readonly<Record<string, Omit<RulePage, 'perInstruction'>>> = {
	StageNameCasing: {
		why: [
			'Names of stages are compared without regard to case, and are kept in lower case: --target, COPY --from and the plan show them so. A name with capitals looks like another one than it is.',
		],
		bad: ['FROM alpine AS BuildTools'],
		good: ['FROM alpine AS build-tools'],
	},
	FromAsCasing: {
		why: ['FROM and AS are two words of one instruction. In one case they are read as such at a glance.'],
		bad: ['FROM alpine as tools'],
		good: ['FROM alpine AS tools'],
	},
	NoEmptyContinuation: {
		why: [
			'A line that ends with \\ goes on below. An empty line after it is passed over today, but looks as if the instruction ended there, and a later release of the language will refuse it. A comment may stand there.',
		],
		bad: ['RUN apk add \\', '', '    curl'],
		good: ['RUN apk add \\', '    # for the health check', '    curl'],
	},
	ConsistentInstructionCasing: {
		why: [
			'Instructions may be written in any case, but a file that mixes them is harder to read and to search. The case of most of them is taken for the right one; with as many of one as of the other, upper case is.',
		],
		bad: ['FROM alpine', 'run apk add curl', 'CMD ["curl"]'],
		good: ['FROM alpine', 'RUN apk add curl', 'CMD ["curl"]'],
	},
	DuplicateStageName: {
		why: ['Of two stages with one name only the last can be named, by --target or by --from. The other is lost.'],
		bad: ['FROM golang AS build', 'FROM node AS build', 'COPY --from=build /app /app'],
		good: ['FROM golang AS server', 'FROM node AS pages', 'COPY --from=server /app /app'],
	},
	ReservedStageName: {
		why: [
			'scratch is the empty image, and context the folder that is built from. A stage of that name cannot be told from them: FROM scratch stays the empty image.',
		],
		bad: ['FROM alpine AS scratch'],
		good: ['FROM alpine AS minimal'],
	},
	JSONArgsRecommended: {
		why: [
			'Without the brackets of JSON the command is handed to /bin/sh -c. Then the shell is process 1 of the container. It passes no signal on: docker stop and Ctrl-C wait, and the program is killed in the end, with no time to finish.',
			'Where a shell is what you want, say so with SHELL above the command: then the rule is silent.',
		],
		bad: ['FROM alpine', 'CMD redis-server --save ""'],
		good: ['FROM alpine', 'CMD ["redis-server", "--save", ""]'],
	},
	MaintainerDeprecated: {
		why: [
			'MAINTAINER sets a field of the image that few tools show. A label says the same, is read by all of them, and can name more than one person.',
		],
		bad: ['MAINTAINER ada@example.com'],
		good: ['LABEL org.opencontainers.image.authors="ada@example.com"'],
	},
	UndefinedArgInFrom: {
		why: [
			'FROM sees the ARGs above the first FROM, and those that are built in, as TARGETPLATFORM. Any other variable is empty there: most often its name is mistyped, or its ARG stands in a stage.',
		],
		bad: ['FROM node:22$VARIANT'],
		good: ['ARG VARIANT=-alpine', 'FROM node:22$VARIANT'],
	},
	WorkdirRelativePath: {
		why: [
			'A relative path goes on from the directory that the base image ends with. When the base changes, so does the place of your files. After one absolute WORKDIR in the Dockerfile, relative ones are safe.',
		],
		bad: ['FROM nginx', 'WORKDIR html'],
		good: ['FROM nginx', 'WORKDIR /usr/share/nginx/html'],
	},
	UndefinedVar: {
		why: [
			'A variable that no ARG, no ENV and not the base image sets is empty. COPY $source . with an empty $source copies the whole context. Most often the name is mistyped, or its ARG stands further down or above the first FROM, where a stage does not see its value unless it repeats the ARG.',
		],
		bad: ['ARG source=app', 'FROM alpine', 'COPY $source /srv'],
		good: ['ARG source=app', 'FROM alpine', 'ARG source', 'COPY $source /srv'],
	},
	MultipleInstructionsDisallowed: {
		why: [
			'An image has one CMD, one ENTRYPOINT and one HEALTHCHECK. Of several in a stage the last counts; those above have no effect, and who reads them is misled.',
		],
		bad: ['FROM alpine', 'CMD ["serve"]', 'CMD ["serve", "--verbose"]'],
		good: ['FROM alpine', 'CMD ["serve", "--verbose"]'],
	},
	LegacyKeyValueFormat: {
		why: [
			'ENV and LABEL once took one name, a blank, and the rest of the line. It reads as if several could be set so, which is not the case, and it is deprecated.',
		],
		bad: ['ENV DIR /srv/my app'],
		good: ['ENV DIR="/srv/my app"'],
	},
	InvalidBaseImagePlatform: {
		why: [
			'The base image is for another platform than the build. Its programs do not run here, or only in emulation, and the result is labelled for a platform whose programs it does not have. An image that was published for one platform only is taken whatever is asked for.',
		],
		bad: ['FROM registry.example.com/only-for-arm64'],
		good: ['FROM registry.example.com/for-all-platforms'],
	},
	RedundantTargetPlatform: {
		why: ['Without --platform, FROM takes the base for the target platform. To say so is one more thing to read.'],
		bad: ['FROM --platform=$TARGETPLATFORM alpine'],
		good: ['FROM alpine'],
	},
	SecretsUsedInArgOrEnv: {
		why: [
			'What ARG and ENV set stands in the config and the history of the image: whoever can pull it can read it. A secret mount gives a value to one RUN, and leaves nothing behind.',
			'Names are taken for secrets by their words: key, token, password, auth and their kin. Names with public, file or version are not.',
		],
		bad: ['ARG NPM_TOKEN', 'RUN npm ci'],
		good: ['RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci'],
	},
	InvalidDefaultArgInFrom: {
		why: [
			'Without --build-arg the name of the base image is empty or no name at all, so whoever builds must know what to give. A default makes a plain build work.',
		],
		bad: ['ARG TAG', 'FROM busybox:$TAG'],
		good: ['ARG TAG=latest', 'FROM busybox:$TAG'],
	},
	FromPlatformFlagConstDisallowed: {
		why: [
			'A constant --platform makes a stage the same whatever it is built for: the image for arm64 then holds programs for amd64. If the stage is meant for one platform, its name should say so, with the system or the architecture in it. If it runs on the machine that builds, $BUILDPLATFORM says that.',
		],
		bad: ['FROM --platform=linux/amd64 alpine AS tools'],
		good: ['FROM --platform=linux/amd64 alpine AS tools-amd64', 'FROM --platform=$BUILDPLATFORM golang AS build'],
	},
	CopyIgnoredFile: {
		why: [
			'.dockerignore leaves the source out of the context, so COPY and ADD cannot find it, and the build fails or copies nothing. Nothing is told where a pattern of the file begins with !, because then the names alone do not decide.',
		],
		bad: ['# .dockerignore says: dist', 'COPY dist /srv'],
		good: ['# .dockerignore says: node_modules', 'COPY dist /srv'],
	},
	InvalidDefinitionDescription: {
		why: [
			'A comment right above ARG or FROM describes it: strata build --call outline and --call targets print it. Then it begins with the name of the argument or stage. A comment that is meant otherwise is set apart by an empty line.',
			'The rule is experimental: it is checked with # check=experimental=InvalidDefinitionDescription.',
		],
		bad: ['# which release to install', 'ARG VERSION=1'],
		good: ['# VERSION is the release to install', 'ARG VERSION=1'],
	},
	ExposeProtoCasing: {
		why: [
			'Protocols are tcp, udp and sctp. In capitals they mean the same, but tools that compare texts may not know it.',
		],
		bad: ['EXPOSE 80/TCP'],
		good: ['EXPOSE 80/tcp'],
	},
	ExposeInvalidFormat: {
		why: [
			'EXPOSE tells which ports the program in the container listens on. Which address and port of the host lead there is said when it is run, with -p. In EXPOSE they are passed over, and a later release of the language will refuse them.',
		],
		bad: ['EXPOSE 127.0.0.1:8080:80'],
		good: ['EXPOSE 80'],
	},
};
