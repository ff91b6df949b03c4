import { defineConfig } from 'drizzle-kit';

// Migrations are generated offline: `npm run migration -- --name what-changes`.
export default defineConfig({
  dialect: 'postgresql',
  schema: './db/schema.ts',
  out: './db/migrations',
  casing: 'snake_case',
});
