/**
 * Where the compiled file of a further process or thread lies. Next to this one in the tree that tsc makes; the
 * bundle keeps the same names beside its main file.
 */
export function entryPoint(name: 'worker/main' | 'layer/pack-thread'): URL {
	return new URL(`./${name}.js`, import.meta.url);
}
