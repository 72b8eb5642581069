import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfig, settings } from '../src/config.ts';
import { startGateway } from './harness/gateway.ts';
import { nodeFlags } from './harness/node-flags.ts';

// Nothing here builds an image or starts a cluster: these files are read as their tools read them, and what
// they say of the gateway is tried on one.

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFile(join(root, path), 'utf8');
const run = promisify(execFile);

// biome-ignore lint/suspicious/noExplicitAny: what is in it is what is tested
type Spec = Record<string, any>;
type Manifest = { readonly apiVersion: string; readonly kind: string; readonly spec: Spec };
type ModelOf = new (manifest: Manifest) => { validate(): void };
const kubernetes: Record<string, object> = {
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  v1: core,
};
const manifests = parseAllDocuments(await read('examples/deploy/kubernetes.yaml')).map(
  (document) => document.toJS({ maxAliasCount: 0 }) as Manifest,
);
const manifestOf = (kind: string) => manifests.find((each) => each.kind === kind) as Manifest;
const dockerfile = await read('Dockerfile');
/** An instruction's arguments, in the last stage. */
const instruction = (name: string): string => {
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
  const found = new RegExp(`^${name} ((?:.*\\\\\\n)*.+)`, 'm').exec(lastStage);
  return (found?.[1] ?? '').replaceAll('\\\n', ' ');
};

describe('the Kubernetes manifests', () => {
  test.for(manifests.map((manifest) => [manifest.kind, manifest] as const))(
    'have a %s as the API wants it',
    ([kind, manifest]) => {
      const models = kubernetes[manifest.apiVersion] as unknown as Record<string, ModelOf>;
      const Model = models[kind] as ModelOf;
      new Model(manifest).validate();
      const wrong = new Model({
        ...manifest,
        spec: { ...manifest.spec, selector: 5, egress: 5, minReplicas: 'x' },
      });
      if (kind !== 'Secret') expect(() => wrong.validate()).toThrow();
    },
  );

  test('probe what the gateway answers, on the port where it listens', async () => {
    const [container] = manifestOf('Deployment').spec['template'].spec.containers;
    expect(container.ports).toEqual([{ name: 'http', containerPort: readConfig({}).listen.port }]);
    await using gateway = await startGateway({ twin: { customers: 2 } });
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      const { path, port } = container[probe].httpGet;
      expect(port).toBe('http');
      expect((await fetch(new URL(path, gateway.url))).status).toBe(200);
    }
  });

  test('leave the gateway the time that it takes to end', () => {
    const { terminationGracePeriodSeconds, containers } = manifestOf('Deployment').spec['template'].spec;
    const pause = containers[0].lifecycle.preStop.sleep.seconds;
    expect(terminationGracePeriodSeconds - pause).toBeGreaterThanOrEqual(15);
  });

  test('select the pods that they make', () => {
    const { labels } = manifestOf('Deployment').spec['template'].metadata;
    const selectors = [
      manifestOf('Deployment').spec['selector'].matchLabels,
      manifestOf('Service').spec['selector'],
      manifestOf('PodDisruptionBudget').spec['selector'].matchLabels,
      manifestOf('NetworkPolicy').spec['podSelector'].matchLabels,
    ];
    for (const selector of selectors) expect(labels).toMatchObject(selector);
  });

  test('run it as nobody in particular, on a file system that cannot be written to', () => {
    const { securityContext, containers } = manifestOf('Deployment').spec['template'].spec;
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('set nothing that is no setting', () => {
    const [container] = manifestOf('Deployment').spec['template'].spec.containers;
    const secret = (manifestOf('Secret') as unknown as { stringData: object }).stringData;
    const names = [...Object.keys(secret), ...container.env.map(({ name }: { name: string }) => name)];
    expect(Object.keys(settings)).toEqual(expect.arrayContaining(names));
  });
});

describe('the Compose file', () => {
  type Service = {
    environment?: Record<string, string>;
    depends_on?: object;
    volumes?: string[];
    read_only?: boolean;
  };

  test('starts gateways that share a Redis, from settings that there are', async () => {
    const { services, volumes } = parse(await read('examples/deploy/compose.yaml')) as {
      services: Record<string, Service>;
      volumes: object;
    };
    const { gateway, redis } = services;
    expect(Object.keys(settings)).toEqual(expect.arrayContaining(Object.keys(gateway?.environment ?? {})));
    expect(gateway?.environment?.['STORE_URL']).toBe('redis://redis:6379');
    expect(Object.keys(gateway?.depends_on ?? {})).toEqual(['redis']);
    expect([gateway?.read_only, redis?.read_only]).toEqual([true, true]);
    expect(redis?.volumes?.map((volume) => volume.split(':')[0])).toEqual(Object.keys(volumes));
  });

  test('says which values it wants, and where', async () => {
    const text = await read('examples/deploy/compose.yaml');
    const wanted = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    const example = await read('examples/deploy/.env.example');
    expect([...example.matchAll(/^(\w+)=$/gm)].map(([, name]) => name)).toEqual(wanted);
  });
});

describe('the image', () => {
  test('is described as Docker reads it', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate('FROM node\nRUNN x')).not.toEqual([]);
  });

  test('runs as node, with all that it writes in one folder', () => {
    expect(instruction('USER')).toBe('node');
    expect(instruction('ENV')).toContain(`STORE_URL=file:${instruction('VOLUME')}`);
    expect(dockerfile).toContain(`--owner=node --group=node --mode=0700 ${instruction('VOLUME')}`);
  });

  test('starts the file that the package has as its program, with the flags of npm start', async () => {
    const { bin } = JSON.parse(await read('package.json')) as { bin: Record<string, string> };
    const [command, ...args] = JSON.parse(instruction('ENTRYPOINT')) as string[];
    expect([command, args.at(-1)]).toEqual([
      'node',
      `/app/node_modules/komet-graphql/${bin['komet-graphql']}`,
    ]);
    expect(args.slice(0, -1)).toEqual(nodeFlags);
    const { stdout } = await run(process.execPath, [...args.slice(0, -1), 'src/main.ts', '--version'], {
      cwd: root,
    });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('is healthy while the gateway is ready, and not when nobody answers', async () => {
    const gateway = await startGateway({ twin: { customers: 2 } });
    const [, ...args] = JSON.parse(instruction('HEALTHCHECK').replace(/^.*?CMD /, '')) as string[];
    const check = () =>
      run(process.execPath, args, { env: { PORT: new URL(gateway.url).port } }).then(
        () => 0,
        ({ code }: { code: number }) => code,
      );
    expect(await check()).toBe(0);
    await gateway[Symbol.asyncDispose]();
    expect(await check()).toBe(1);
  });
});
