import {bare} from '../oci/descriptor.ts';
import type {BuildFacts, ProvenanceWishes} from './facts.ts';
import type {Predicate} from './statement.ts';
import {sourcesOf, stepGraph} from './step-graph.ts';

/**
 * How an image was built, as BuildKit states it, field by field:
 * https://docs.docker.com/build/metadata/attestations/slsa-definitions/. Neither version tells the value of a secret, and in mode `min`
 * nothing tells the value of a build arg.
 */
export function provenance(facts: BuildFacts, wishes: ProvenanceWishes): Predicate {
	return wishes.version === 'v1' ? provenanceV1(facts, wishes) : provenanceV02(facts, wishes);
}

export const provenancePredicates = {
	v1: 'https://slsa.dev/provenance/v1',
	'v0.2': 'https://slsa.dev/provenance/v0.2',
} as const;

/** https://slsa.dev/spec/v1.1/provenance */
function provenanceV1(facts: BuildFacts, wishes: ProvenanceWishes): Predicate {
	const {uri, digest} = facts.context ?? {};
	const graph = graphOf(facts, wishes);
	return {
		predicateType: provenancePredicates.v1,
		predicate: {
			buildDefinition: {
				buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
				externalParameters: {
					configSource: {...(uri ? {uri, digest} : {}), path: facts.dockerfile.name},
					request: parameters(facts, wishes),
				},
				internalParameters: {
					builderPlatform: facts.builderPlatform,
					...(graph ? {buildConfig: {llbDefinition: graph.steps}} : {}),
				},
				resolvedDependencies: facts.materials,
			},
			runDetails: {
				builder: {id: wishes.builderID},
				metadata: {
					...whenBuilt(facts, wishes, {id: 'invocationId', started: 'startedOn', finished: 'finishedOn'}),
					buildkit_hermetic: isHermetic(facts),
					buildkit_reproducible: wishes.reproducible,
					buildkit_completeness: {request: wishes.mode === 'max', resolvedDependencies: isComplete(facts)},
					buildkit_metadata: graph ? {source: sourceOf(facts, graph), layers: layersOf(facts, graph)} : {},
				},
			},
		},
	};
}

/** https://slsa.dev/spec/v0.2/provenance */
function provenanceV02(facts: BuildFacts, wishes: ProvenanceWishes): Predicate {
	const {uri, digest} = facts.context ?? {};
	const graph = graphOf(facts, wishes);
	return {
		predicateType: provenancePredicates['v0.2'],
		predicate: {
			builder: {id: wishes.builderID},
			buildType: 'https://mobyproject.org/buildkit@v1',
			materials: facts.materials,
			invocation: {
				configSource: {...(uri ? {uri, digest} : {}), entryPoint: facts.dockerfile.name},
				parameters: parameters(facts, wishes),
				environment: {platform: facts.builderPlatform},
			},
			...(graph ? {buildConfig: {llbDefinition: graph.steps}} : {}),
			metadata: {
				...whenBuilt(facts, wishes, {id: 'buildInvocationID', started: 'buildStartedOn', finished: 'buildFinishedOn'}),
				completeness: {parameters: wishes.mode === 'max', environment: true, materials: isComplete(facts)},
				reproducible: wishes.reproducible,
				'https://mobyproject.org/buildkit@v1#hermetic': isHermetic(facts),
				'https://mobyproject.org/buildkit@v1#metadata': graph
					? {source: sourceOf(facts, graph), layers: layersOf(facts, graph)}
					: {},
			},
		},
	};
}

/** BuildKit's names of what is asked for have a colon where the user chose the name: `build-arg:VERSION`. */
function parameters({args, plan, context}: BuildFacts, {mode}: ProvenanceWishes) {
	const plain = Object.entries(args).filter(([name]) => !name.includes(':'));
	return {
		frontend: 'dockerfile.v0',
		args: mode === 'max' ? args : Object.fromEntries(plain),
		...(mode === 'max' ? {...mountIDs('secret', 'secrets', plan), ...mountIDs('ssh', 'ssh', plan)} : {}),
		locals: context ? [] : [{name: 'context'}, {name: 'dockerfile'}],
	};
}

/** The secrets or agents that the steps name, each once; nothing of what they are. */
function mountIDs(type: 'secret' | 'ssh', field: string, {stages}: BuildFacts['plan']) {
	const mounts = stages.flatMap(({steps}) => steps.flatMap(step => (step.kind === 'run' ? step.mounts : [])));
	const optional = new Map<string, boolean>();
	for (const {type: kind, id = 'default', required = false} of mounts) {
		if (kind === type) optional.set(id, (optional.get(id) ?? true) && !required);
	}
	return optional.size > 0 ? {[field]: [...optional].map(([id, isOptional]) => ({id, optional: isOptional}))} : {};
}

interface FieldNames {
	readonly id: string;
	readonly started: string;
	readonly finished: string;
}

/** What differs from build to build is not told of one that is to be the same each time. */
function whenBuilt({invocation, started, finished}: BuildFacts, {reproducible}: ProvenanceWishes, names: FieldNames) {
	return reproducible ? {} : {[names.id]: invocation, [names.started]: started, [names.finished]: finished};
}

function graphOf({plan, resolved}: BuildFacts, {mode}: ProvenanceWishes) {
	return mode === 'max' ? stepGraph(plan, resolved) : undefined;
}

type Graph = NonNullable<ReturnType<typeof graphOf>>;

function sourceOf({dockerfile: {name, text}}: BuildFacts, {lines}: Graph) {
	const locations = Object.entries(lines).map(([step, {start, end}]) => {
		const ranges = [{start: {line: start}, end: {line: end}}];
		return [step, {locations: [{ranges}]}];
	});
	return {
		locations: Object.fromEntries(locations),
		infos: [{filename: name, language: 'Dockerfile', data: Buffer.from(text).toString('base64')}],
	};
}

/** What each step that made a layer of the image ends with: all layers up to its own. The base has those below the first of them. */
function layersOf({layers, madeBy}: BuildFacts, {made, base}: Graph) {
	const below = Math.min(layers.length, ...madeBy.map(({layer}) => layer));
	const ends = [[base, below] as const, ...madeBy.map(({id, layer}) => [made.get(id), layer + 1] as const)];
	const told = ends.flatMap(([output, count]) =>
		output !== undefined && count > 0 ? [[output, [layers.slice(0, count).map(bare)]] as const] : [],
	);
	return Object.fromEntries(told);
}

/** Whether no program of the build could reach a network. */
function isHermetic({plan}: BuildFacts): boolean {
	return plan.stages.every(({steps}) => steps.every(step => step.kind !== 'run' || step.network === 'none'));
}

/** A folder of this machine is no material that anybody could look up. */
function isComplete({plan, context}: BuildFacts): boolean {
	const sources = plan.stages.flatMap(({base, steps}) => [base, ...steps.flatMap(sourcesOf)]);
	return !sources.some(({kind}) => kind === 'context' || (kind === 'main' && !context));
}
