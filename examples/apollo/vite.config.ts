import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where the gateway is; to the browser it is at /graphql of this page's own origin, so no CORS is needed. */
const gateway = process.env['GATEWAY_URL'] ?? 'http://localhost:4000';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/graphql': gateway } },
  preview: { proxy: { '/graphql': gateway } },
});
