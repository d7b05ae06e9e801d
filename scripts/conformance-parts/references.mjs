/** Other builders to compare with: none yet. */
export async function openReferences() {
	return {close: async () => {}, builders: []};
}

/** Compares what strata made with what the references make of it. */
export async function compare() {}
