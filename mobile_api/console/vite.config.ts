import { defineConfig } from 'vite';

// Every file but the page has its hash in its name, so that browsers and the edge keep it for ever.
export default defineConfig({
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { outDir: 'dist', target: 'es2023', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
});
