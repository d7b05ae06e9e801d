import {compareImages} from './compare.mjs';
import {openBuildah} from './reference-buildah.mjs';
import {openDocker} from './reference-docker.mjs';

const makers = {
	buildah: openBuildah,
	buildkit: registry => openDocker(registry, {buildkit: true}),
	docker: registry => openDocker(registry, {buildkit: false}),
};

/** Starts the builders that `names` lists, divided by commas. */
export async function openReferences(names, registry) {
	const builders = [];
	for (const name of names.split(',').filter(Boolean)) builders.push({name, ...(await makers[name](registry))});
	return {
		builders,
		close: async () => {
			for (const {close} of builders) await close();
		},
	};
}

/** Lets the references build what strata built, or refused. What they cannot build but strata can says nothing: they are older. */
export async function compareWithReferences({image: ours, failed, unsupported, reference}, site) {
	if (!reference.isUsual || unsupported) return;
	for (const {name, build} of site.references.builders) {
		const {image, text} = await build(reference, site);
		if (!image && !failed)
			site.notes.push(`${name} does not build it: ${text.trim().split('\n').slice(-2).join(' ⏎ ')}`);
		if (image && failed) site.notes.push(`${name} builds it`);
		if (!image || failed) continue;
		const options = {skip: site.skip, history: name === 'buildkit'};
		for (const line of await compareImages(ours, image, options)) site.differences.push(`${name} ${line}`);
	}
}
