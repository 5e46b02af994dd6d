import { defineConfig } from 'vite';

import { release } from './release.ts';

// Every file but the page, the worker and what is copied has its hash in its name, so that browsers
// and the edge keep it for ever.
export default defineConfig({
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [release()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: 'index.html',
      output: { entryFileNames: 'assets/[name]-[hash].js' },
    },
  },
});
