import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {StrataError} from '../errors.ts';
import {findUser, type UserIds} from '../oci/passwd.ts';
import type {Base, BuildPlan, RunStep, Stage} from '../plan/plan.ts';
import {stagesOf} from '../plan/platforms.ts';
import {bundleConfig, configText} from '../runtime/bundle.ts';
import {bundleFiles} from '../runtime/mounts.ts';
import type {BaseImages} from './bases.ts';
import {withDesk} from './desk.ts';
import type {BuildOptions} from './options.ts';
import {makePlans} from './planning.ts';
import type {Request} from './request.ts';
import {runJob} from './run.ts';

/**
 * What a build with these options would do, a plan for each platform, each image with what its name stands for. Fetches
 * configs, runs nothing.
 */
export async function planBuild(options: BuildOptions): Promise<readonly BuildPlan[]> {
	return withDesk(options, async desk => {
		const {plans, bases} = await makePlans(desk);
		return Promise.all(plans.map(plan => resolvedPlan(plan, bases)));
	});
}

/**
 * Writes the OCI runtime bundle (https://github.com/opencontainers/runtime-spec/blob/main/bundle.md) of every RUN to a folder of
 * its own below `folder`, without a root filesystem: `rootfs` is where it belongs. Answers with the folders. The USER is a
 * number where that can be told without the image, else an annotation says what is to be looked up in it.
 */
export async function writeBundles(options: BuildOptions, folder: string): Promise<readonly string[]> {
	return withDesk(options, async (desk, {request}) => {
		const {plans} = await makePlans(desk);
		const {target} = plans[0];
		const steps = stagesOf(plans).flatMap(stage => stage.steps);
		return steps.flatMap(step => (step.kind === 'run' ? [writeBundle(step, {target, request, folder})] : []));
	});
}

async function resolvedPlan(plan: BuildPlan, bases: BaseImages): Promise<BuildPlan> {
	const stages = plan.stages.map(
		async (stage): Promise<Stage> => ({...stage, base: await resolvedBase(stage.base, bases)}),
	);
	return {...plan, stages: await Promise.all(stages)};
}

async function resolvedBase(base: Base, bases: BaseImages): Promise<Base> {
	if (base.kind !== 'image') return base;
	const {reference, resolved} = await bases.resolve(base);
	return {...base, resolved: `${reference.replace(/(:[^/:]*)?(@.*)?$/, '')}@${resolved}`};
}

interface BundlePlace {
	/** Name of the stage that is built. */
	readonly target: string;
	readonly request: Request;
	readonly folder: string;
}

function writeBundle(step: RunStep, {target, request, folder}: BundlePlace): string {
	const bundle = join(folder, step.label.replaceAll(/[ /]/g, '-'));
	const job = runJob(step, {id: target, request});
	const {user, annotations} = userOf(step.user);
	mkdirSync(join(bundle, 'rootfs'), {recursive: true});
	mkdirSync(join(bundle, 'files'), {recursive: true});
	for (const {path, data, mode} of bundleFiles(job, {resolvConf: ''})) writeFileSync(join(bundle, path), data, {mode});
	const config = bundleConfig(job, user, 'rootfs', annotations ? {annotations} : {});
	writeFileSync(join(bundle, 'config.json'), `${configText(config, '\t')}\n`);
	return bundle;
}

function userOf(spec: string): {readonly user: UserIds; readonly annotations?: Readonly<Record<string, string>>} {
	try {
		return {user: findUser(spec, '', '')};
	} catch (error) {
		if (!(error instanceof StrataError)) throw error;
		return {user: findUser('', '', ''), annotations: {'build.strata.user': spec}};
	}
}
