#!/usr/bin/env -S node --import tsx
// The commands straight from src/, for development.
import { execute } from '@oclif/core';

await execute({ development: true, dir: import.meta.url });
