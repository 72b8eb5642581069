import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';

/** How large a document is, its fragments expanded; every count is at most {@link endless}. */
export type Measurement = {
  readonly depth: number;
  /** Depth below `__schema`, `__type` and `_service`, which tools ask for deeper than people ask for data. */
  readonly introspectionDepth: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fragments: number;
  readonly operations: number;
  /** How often one name stands in one selection: validation compares each with each. */
  readonly repeats: number;
};

/** What a fragment that contains itself amounts to. */
export const endless = Number.MAX_SAFE_INTEGER;

type Size = Pick<Measurement, 'depth' | 'introspectionDepth' | 'fields' | 'aliases' | 'directives'> & {
  readonly ownFields: number;
  /** In this selection, and in any below. */
  readonly ownRepeats: number;
  readonly repeatsBelow: number;
};

const nothing: Size = {
  depth: 0,
  introspectionDepth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  ownFields: 0,
  ownRepeats: 0,
  repeatsBelow: 0,
};

/**
 * Measures a document in one walk. Each fragment is measured once however often it is spread, so that a few
 * lines that would expand to millions of fields cost no more to measure than to read.
 */
export function measureDocument(document: DocumentNode): Measurement {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
    if (definition.kind === 'OperationDefinition') operations.push(definition);
  }
  const known = new Map<string, Size | 'under way'>();

  function sizeOfFragment(name: string): Size {
    const size = known.get(name);
    if (size === 'under way') {
      return { ...nothing, depth: endless, fields: endless, aliases: endless, ownFields: endless };
    }
    if (size) return size;
    const fragment = fragments.get(name);
    if (!fragment) return nothing;
    known.set(name, 'under way');
    const measured = sizeOf(fragment.selectionSet);
    known.set(name, measured);
    return measured;
  }

  function sizeOf({ selections }: SelectionSetNode): Size {
    const size = selections
      .map((selection) => {
        const directives = selection.directives?.length ?? 0;
        if (selection.kind === 'Field') return withDirectives(sizeOfField(selection), directives);
        if (selection.kind === 'InlineFragment')
          return withDirectives(sizeOf(selection.selectionSet), directives);
        return withDirectives(sizeOfFragment(selection.name.value), directives);
      })
      .reduce(add, nothing);
    return { ...size, ownRepeats: capped(size.ownRepeats + countRepeats(selections)) };
  }

  function sizeOfField({ name, alias, selectionSet }: FieldNode): Size {
    const below = selectionSet ? sizeOf(selectionSet) : nothing;
    const introspects = introspecting.has(name.value);
    return {
      depth: introspects ? 1 : capped(below.depth + 1),
      introspectionDepth: introspects ? capped(below.depth + 1) : below.introspectionDepth,
      fields: capped(below.fields + 1),
      aliases: capped(below.aliases + (alias ? 1 : 0)),
      directives: below.directives,
      ownFields: 1,
      ownRepeats: 0,
      repeatsBelow: Math.max(below.ownRepeats, below.repeatsBelow),
    };
  }

  const sizes = operations.map((operation) =>
    withDirectives(sizeOf(operation.selectionSet), operation.directives?.length ?? 0),
  );
  // Fragments that no operation spreads are validated all the same.
  for (const name of fragments.keys()) if (!known.has(name)) sizes.push(sizeOfFragment(name));
  const total = sizes.reduce(add, nothing);
  return {
    depth: total.depth,
    introspectionDepth: total.introspectionDepth,
    fields: total.fields,
    rootFields: Math.max(0, ...sizes.map(({ ownFields }) => ownFields)),
    aliases: total.aliases,
    directives: total.directives,
    fragments: fragments.size,
    operations: operations.length,
    repeats: Math.max(0, ...sizes.map(({ ownRepeats, repeatsBelow }) => Math.max(ownRepeats, repeatsBelow))),
  };
}

/** What tells the schema: GraphQL's own fields, and federation's with all of its text. */
const introspecting = new Set(['__schema', '__type', '_service']);

/** Of the name in the answer that stands most often among a selection's fields. */
function countRepeats(selections: SelectionSetNode['selections']): number {
  const counts = new Map<string, number>();
  let most = 0;
  for (const selection of selections) {
    if (selection.kind !== 'Field') continue;
    const name = (selection.alias ?? selection.name).value;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    most = Math.max(most, count);
  }
  return most;
}

function add(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    fields: capped(a.fields + b.fields),
    aliases: capped(a.aliases + b.aliases),
    directives: capped(a.directives + b.directives),
    ownFields: capped(a.ownFields + b.ownFields),
    ownRepeats: capped(a.ownRepeats + b.ownRepeats),
    repeatsBelow: Math.max(a.repeatsBelow, b.repeatsBelow),
  };
}

const withDirectives = (size: Size, directives: number): Size => ({
  ...size,
  directives: capped(size.directives + directives),
});

const capped = (count: number) => Math.min(count, endless);

/** Arguments of a field, variables put in; what cannot be read is left to validation. */
export function readArguments(
  field: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    (field.arguments ?? []).map(({ name, value }) => [name.value, readValue(value, variables)]),
  );
}

function readValue(value: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (value.kind) {
    case 'Variable':
      return variables[value.name.value];
    case 'IntValue':
      return Number(value.value);
    case 'ListValue':
      return value.values.map((each) => readValue(each, variables));
    case 'ObjectValue':
      return Object.fromEntries(
        value.fields.map(({ name, value: each }) => [name.value, readValue(each, variables)]),
      );
    case 'NullValue':
      return null;
    case 'StringValue':
    case 'EnumValue':
    case 'BooleanValue':
    case 'FloatValue':
      return value.value;
  }
}
