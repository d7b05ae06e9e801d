export default {
	files: ['build/spec/**/*.spec.js'],
	timeout: '10m',
	failFast: false,
};
