import type { SubscriptionView } from '../../api/generated.ts';
import { instantInWords } from '../../kit/time.ts';
import { Act } from '../../parts/form.tsx';
import { plan as say } from '../../words/plan.ts';
import { mayPause } from './standing.ts';

interface Properties {
  subscription: SubscriptionView;
  changed: (said: string) => void;
}

/** Pauses what is paid for, and lets what is paused go on. */
export function Pausing({ subscription, changed }: Properties) {
  if (subscription.status === 'paused') {
    return (
      <Act<SubscriptionView>
        label={say.resume}
        send={say.sendResume}
        about={say.aboutResume}
        request={() => ({ method: 'POST', path: '/v1/subscription/resume' })}
        done={() => changed(say.isResumed)}
      />
    );
  }
  if (!mayPause(subscription)) return null;
  return (
    <Act<SubscriptionView>
      label={say.pause}
      send={say.sendPause}
      about={say.aboutPause(instantInWords(subscription.current_period?.end ?? ''))}
      request={() => ({ method: 'POST', path: '/v1/subscription/pause' })}
      done={(now) => changed(now.waits_for !== null ? say.nowWaits : say.isPaused)}
    />
  );
}
