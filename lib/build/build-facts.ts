import {basename, isAbsolute} from 'node:path';
import type {BuildFacts, Material} from '../attest/facts.ts';
import {packageURL} from '../attest/purl.ts';
import {imagePackageURL} from '../attest/statement.ts';
import {sourcesOf} from '../attest/step-graph.ts';
import {withoutLogin} from '../attest/without-login.ts';
import {hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import {formatPlatform, hostPlatform} from '../oci/platform.ts';
import type {Base, BuildPlan, Step} from '../plan/plan.ts';
import {isProxy} from '../plan/proxy.ts';
import {isGit, isRemote} from '../plan/steps/remote.ts';
import type {BaseImages} from './bases.ts';
import type {Builder} from './builder.ts';
import {isRemoteContext} from './remote-context.ts';
import type {Remotes} from './remotes.ts';
import type {Origin} from './step.ts';

/** A plan, and the image that came of it. */
export interface DoneImage {
	readonly plan: BuildPlan;
	readonly layers: readonly Layer[];
	readonly origin: Origin;
}

/** What a build that is done knows of itself. What was fetched is not asked for again. */
export async function buildFacts(
	{plan, layers, origin}: DoneImage,
	bases: BaseImages,
	builder: Builder,
): Promise<BuildFacts> {
	const {contexts, events, id, request} = builder;
	const images = await imageMaterials(plan, bases);
	const {context: main, contexts: named} = request;
	const context =
		typeof main === 'string' && isRemoteContext(main) ? await fetched(main, {}, contexts.remotes) : undefined;
	const others = Object.values(named).filter(
		(source): source is string => typeof source === 'string' && isRemoteContext(source),
	);
	const remotes = [
		...others.map(source => fetched(source, {}, contexts.remotes)),
		...plan.stages.flatMap(({steps}) => steps.flatMap(step => remoteMaterials(step, contexts.remotes))),
	];
	const {dockerfile} = contexts;
	return {
		plan,
		layers: layers.map(({descriptor}) => descriptor),
		madeBy: origin.steps.map(({id, layer}) => ({id, layer})),
		materials: distinct([
			...(context ? [context] : []),
			...images.map(({material}) => material),
			...(await Promise.all(remotes)),
		]),
		...(context ? {context} : {}),
		dockerfile: {
			text: dockerfile.text,
			name: isAbsolute(dockerfile.name) ? basename(dockerfile.name) : dockerfile.name,
		},
		args: argsOf(builder),
		resolved: new Map(images.map(({name, resolved}) => [name, resolved])),
		builderPlatform: formatPlatform(hostPlatform()),
		invocation: id,
		started: startOf(events.past()),
		finished: new Date().toISOString(),
	};
}

interface ImageMaterial {
	/** As the plan names it. */
	readonly name: string;
	/** What it stands for, in full. */
	readonly resolved: string;
	readonly material: Material;
}

type ImageBase = Extract<Base, {readonly kind: 'image' | 'layout' | 'docker-image'}>;

async function imageMaterials({stages}: BuildPlan, bases: BaseImages): Promise<readonly ImageMaterial[]> {
	const sources = stages.flatMap(({base, steps}) => [base, ...steps.flatMap(sourcesOf)]);
	const images = sources.filter((source): source is ImageBase =>
		['image', 'layout', 'docker-image'].includes(source.kind),
	);
	return Promise.all(
		images.map(async base => {
			const {reference, resolved} = await bases.resolve(base);
			const digest = {sha256: hexOf(resolved)};
			// The folder of a layout is this machine's own business.
			const layout = packageURL({type: 'oci', name: base.name, version: resolved});
			const uri = base.kind === 'layout' ? layout : (imagePackageURL(reference, base.platform) ?? layout);
			const [bare = reference] = base.kind === 'layout' ? [base.name] : reference.split('@');
			return {name: base.name, resolved: `${bare}@${resolved}`, material: {uri, digest}};
		}),
	);
}

function remoteMaterials(step: Step, remotes: Remotes): readonly Promise<Material>[] {
	if (step.kind !== 'copy') return [];
	return step.paths.filter(isRemote).map(url => fetched(url, step, remotes));
}

/** Asked with what it was fetched with, it is known already. */
async function fetched(
	url: string,
	{checksum, keepGitDir}: {readonly checksum?: string; readonly keepGitDir?: boolean},
	remotes: Remotes,
): Promise<Material> {
	const uri = withoutLogin(url);
	if (!isGit(url)) return {uri, digest: {sha256: hexOf((await remotes.file(url, checksum)).digest)}};
	const {commit} = (await remotes.repository(url, {checksum, keepGitDir})).identity;
	return {uri, digest: {[commit.length === 64 ? 'sha256' : 'sha1']: commit}};
}

/** By the names that BuildKit's frontend has for them. Proxies are the machine's, and may hold logins. */
function argsOf({request: {target, buildArgs, labels, contexts, network}}: Builder): Readonly<Record<string, string>> {
	const given = Object.entries(buildArgs).filter(([name]) => !isProxy(name));
	const named = Object.entries(contexts).map(([name, source]) => [
		name,
		typeof source === 'string' ? shown(name, source) : `local:${name}`,
	]);
	return Object.fromEntries([
		...(target === undefined ? [] : [['target', target]]),
		...(network === 'default' ? [] : [['force-network-mode', network]]),
		...given.map(([name, value]) => [`build-arg:${name}`, withoutLogin(value)]),
		...Object.entries(labels).map(([name, value]) => [`label:${name}`, value]),
		...named.map(([name, source]) => [`context:${name}`, source]),
	]);
}

function shown(name: string, source: string): string {
	const isElsewhere = /^docker-image:\/\//.test(source) || isRemoteContext(source);
	return isElsewhere ? withoutLogin(source) : `local:${name}`;
}

function startOf(events: ReturnType<Builder['events']['past']>): string {
	const [first] = events;
	return first?.type === 'build.started' ? first.at : new Date().toISOString();
}

function distinct(materials: readonly Material[]): readonly Material[] {
	return [...new Map(materials.map(material => [JSON.stringify(material), material])).values()];
}
