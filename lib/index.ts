export {type Build, type BuildResult, build, type Timings} from './build/build.ts';
export type * from './build/cache-options.ts';
export {type CheckFinding, type CheckResult, check} from './build/check.ts';
export type * from './build/events.ts';
export type * from './build/options.ts';
export {type OutlineResult, outline, type Target, type TargetsResult, targets} from './build/outline.ts';
export {planBuild, writeBundles} from './build/plan-build.ts';
export type * from './catalog/catalog.ts';
export {type CopyOptions, copyImage} from './catalog/copy.ts';
export {diffImages} from './catalog/diff.ts';
export {imageHistory} from './catalog/history.ts';
export {images} from './catalog/images.ts';
export {type ImportedImage, importImage} from './catalog/import.ts';
export {
	addToIndex,
	annotateIndex,
	createIndex,
	type EntryFacts,
	removeFromIndex,
	removeIndex,
} from './catalog/indexes.ts';
export {inspectImage, rawImage} from './catalog/inspect.ts';
export {type LoadedImage, loadImages} from './catalog/load.ts';
export {buildLogs, readLog} from './catalog/logs.ts';
export {podmanRuns} from './catalog/podman.ts';
export {prune} from './catalog/prune.ts';
export {type PullOptions, pullImage} from './catalog/pull.ts';
export {pushImage} from './catalog/push.ts';
export {referrers} from './catalog/referrers.ts';
export {removeImage, tagImage} from './catalog/rename.ts';
export {exportImage, type Saved, saveImages} from './catalog/save.ts';
export {imageStatement} from './catalog/statement.ts';
export type * from './catalog/transfer.ts';
export {usage} from './catalog/usage.ts';
export {containerChanges} from './container/changes.ts';
export {commitContainer} from './container/commit.ts';
export {containers} from './container/list.ts';
export type * from './container/options.ts';
export {removeContainer} from './container/remove.ts';
export {runContainer} from './container/run.ts';
export {stopContainer} from './container/stop.ts';
export {rulePage} from './dockerfile/lint/pages.ts';
export {rules as lintRules} from './dockerfile/lint/rules.ts';
export {diagnose} from './doctor/diagnose.ts';
export * from './errors.ts';
export type {PodmanWay} from './export/podman.ts';
export type {BuildPlan} from './plan/plan.ts';
export type {RegistryAccess} from './registry/access.ts';
export type {Login} from './registry/login.ts';
export {login, logout, type SignedIn} from './registry/sign-in.ts';
export {defaultRoot} from './store/root.ts';
export type {Difference, StepDifference} from './verify/difference.ts';
export type {FileDifference} from './verify/explain.ts';
export {type OnBuild, type Varied, type Verification, verifyBuild} from './verify/verify.ts';
export {version} from './version.ts';
