import { useQuery } from '@apollo/client/react';
import { ShowCustomerByCodeDocument, ShowCustomerDocument } from './generated/operations.ts';
import { problemOf } from './problem.ts';
import { CustomerCard } from './ui/customer-card.tsx';

export function CustomerByCode({ code, back }: { code: string; back: string }) {
  const { data, error, refetch } = useQuery(ShowCustomerByCodeDocument, { variables: { code } });
  return (
    <CustomerCard
      customer={data?.customerByCode}
      wanted={`code ${code}`}
      problem={problemOf(error)}
      onRetry={() => void refetch().catch(() => {})}
      back={back}
    />
  );
}

export function CustomerById({ id, back }: { id: string; back: string }) {
  const { data, error, refetch } = useQuery(ShowCustomerDocument, { variables: { id } });
  return (
    <CustomerCard
      customer={data?.customer}
      wanted={`id ${id}`}
      problem={problemOf(error)}
      onRetry={() => void refetch().catch(() => {})}
      back={back}
    />
  );
}
