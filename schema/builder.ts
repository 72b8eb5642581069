import SchemaBuilder from '@pothos/core';
import type { GraphContext } from './context.ts';

/** The one builder; each noun's file adds to it when it is imported by schema.ts. */
export const builder = new SchemaBuilder<{
  Context: GraphContext;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
  Scalars: {
    ID: { Input: string; Output: string };
    Date: { Input: string; Output: string };
    DateTime: { Input: string; Output: string | number };
  };
}>({ defaultFieldNullability: false });

builder.queryType({
  description: "A company's customers in Komet Sales, answered from a snapshot that is kept fresh.",
});

builder.subscriptionType({ description: 'What happens to customers, as it is noticed.' });
