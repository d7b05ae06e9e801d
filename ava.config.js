export default {
	files: [`${process.env.STRATA_BUILD ?? 'build'}/spec/**/*.spec.js`],
	timeout: '10m',
	failFast: false,
};
