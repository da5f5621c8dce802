import { equal } from "node:assert/strict";

import { blockingCall, systemCallName, waitsForEvents } from "../../lib/recording/system_call.ts";

Deno.test("blockingCall() finds the system call in the kernel's frames of both architectures", () => {
  const entry = ["entry_SYSCALL_64_after_hwframe", "do_syscall_64"];
  equal(blockingCall([...entry, "__x64_sys_futex", "futex_wait", "schedule"]), "futex");
  equal(
    blockingCall(["el0_svc", "invoke_syscall", "__arm64_sys_epoll_pwait", "ep_poll"]),
    "epoll_pwait",
  );
  // The compiler has put __x64_sys_wait4 into its caller.
  equal(blockingCall([...entry, "__do_sys_wait4", "kernel_wait4", "do_wait"]), "wait4");
  equal(blockingCall(["asm_exc_page_fault", "exc_page_fault", "folio_wait_bit"]), "page fault");
  equal(blockingCall(["", ""]), "");
});

Deno.test("systemCallName() knows waits by number, each architecture's own", () => {
  equal(systemCallName(62, 202), "futex");
  equal(systemCallName(183, 98), "futex");
  equal(systemCallName(62, 999), "system call 999");
  equal(systemCallName(62, -1), "page fault");
});

Deno.test("waitsForEvents() tells event loops' waits from others", () => {
  equal(waitsForEvents("epoll_pwait"), true);
  equal(waitsForEvents("futex"), false);
  equal(waitsForEvents(""), false);
});
