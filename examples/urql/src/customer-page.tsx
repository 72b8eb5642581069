import { useQuery } from 'urql';
import { ShowCustomerByCodeDocument, ShowCustomerDocument } from './generated/operations.ts';
import { problemOf } from './problem.ts';
import { CustomerCard } from './ui/customer-card.tsx';

export function CustomerByCode({ code, back }: { code: string; back: string }) {
  const [{ data, error }, execute] = useQuery({ query: ShowCustomerByCodeDocument, variables: { code } });
  return (
    <CustomerCard
      customer={error ? undefined : data?.customerByCode}
      wanted={`code ${code}`}
      problem={problemOf(error)}
      onRetry={() => execute({ requestPolicy: 'network-only' })}
      back={back}
    />
  );
}

export function CustomerById({ id, back }: { id: string; back: string }) {
  const [{ data, error }, execute] = useQuery({ query: ShowCustomerDocument, variables: { id } });
  return (
    <CustomerCard
      customer={error ? undefined : data?.customer}
      wanted={`id ${id}`}
      problem={problemOf(error)}
      onRetry={() => execute({ requestPolicy: 'network-only' })}
      back={back}
    />
  );
}
