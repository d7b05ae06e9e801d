export {type Build, type BuildResult, build, type Timings} from './build/build.ts';
export type * from './build/events.ts';
export type * from './build/options.ts';
export {version} from './build/version.ts';
export type * from './catalog/catalog.ts';
export * from './errors.ts';
