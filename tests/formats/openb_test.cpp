#include "sim/formats/openb.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include "tests/support/absent.hpp"

using namespace berth;
using namespace berth::formats;

namespace {

OpenbPods pods(const std::string& text, std::string* faults = nullptr) {
  std::istringstream in(text);
  Diagnostics diagnostics;
  OpenbPods read = read_openb_pods(in, "pods.csv", diagnostics);
  if (faults) *faults = diagnostics.to_text();
  if (!faults) CHECK(diagnostics.to_text() == "");
  return read;
}

std::vector<OpenbNode> nodes(const std::string& text, std::string* faults = nullptr) {
  std::istringstream in(text);
  Diagnostics diagnostics;
  auto read = read_openb_nodes(in, "nodes.csv", diagnostics);
  if (faults) *faults = diagnostics.to_text();
  if (!faults) CHECK(diagnostics.to_text() == "");
  return read;
}

const std::string timed_header =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,"
    "scheduled_"
    "time\n";

}  // namespace

TEST_CASE("openb: workloads with times") {
  const OpenbPods read = pods(timed_header +
                              "late,4000,1024,1,460,,LS,Running,100,400,150\n"
                              "early,8000,2048,2,1000,G2|T4,BE,Failed,10,20,10.0\n"
                              "never,1000,512,0,0,,LS,Pending,30,90,\n"
                              "zero,1000,512,1,1000,,LS,Succeeded,40,50,50\n"
                              "endless,1000,512,1,1000,,LS,Running,50,,60\n");
  REQUIRE(read.timed);
  REQUIRE(read.rows.size() == 5);
  CHECK(read.rows[0].name == "early");
  CHECK(read.rows[0].length == seconds(10));
  CHECK(read.rows[0].failed);
  CHECK(read.specs[read.rows[0].spec] == std::vector<std::string>{"G2", "T4"});
  CHECK(read.rows[0].gpu() == workload::GpuRequest::whole(2));
  CHECK(read.rows[1].never_scheduled);
  CHECK(read.rows[1].length == seconds(60));  // deletion - creation
  CHECK(read.rows[2].zero_length);
  CHECK(read.rows[2].length == seconds(1));
  CHECK(read.rows[3].length == Duration::max());
  CHECK(read.rows[4].name == "late");
  CHECK(read.rows[4].gpu() == workload::GpuRequest::fraction(GpuMilli(460)));
  CHECK(read.rows[4].cpu == CpuMilli(4000));
  CHECK(read.rows[4].memory == mebibytes(1024));
  CHECK(read.rows[4].length == seconds(250));
  CHECK(!read.rows[4].failed);
}

TEST_CASE("openb: lists without times keep their order, by seq where there is one") {
  const OpenbPods plain = pods("name,cpu_milli,memory_mib,num_gpu,gpu_milli\nb,1,1,0,0\na,1,1,1,1000\n");
  CHECK(!plain.timed);
  REQUIRE(plain.rows.size() == 2);
  CHECK(plain.rows[0].name == "b");
  CHECK(plain.rows[0].length == Duration::max());

  const OpenbPods list = pods(
      "seq,sim_name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n2,c,1,1,0,0,\n0,b,1,1,0,0,\n1,a,1,1,0,0,"
      "\n");
  REQUIRE(list.rows.size() == 3);
  CHECK(list.rows[0].name == "b");
  CHECK(list.rows[1].name == "a");
  CHECK(list.rows[2].name == "c");
}

TEST_CASE("openb: nodes stand in the order of the file, renamed ones by name") {
  const auto plain = nodes("sn,cpu_milli,memory_mib,gpu,model\nn-1,32000,262144,0,\nn-0,64000,1024,2,P100\n");
  REQUIRE(plain.size() == 2);
  CHECK(plain[0].name == "n-1");
  CHECK(plain[1].gpus == 2);
  CHECK(plain[1].model == "P100");
  CHECK(plain[1].memory == mebibytes(1024));

  const auto renamed =
      nodes("sim_name,node,cpu_milli,memory_mib,gpu,model\n0601-a,a,1,1,0,\n0002-b,b,1,1,0,\n");
  REQUIRE(renamed.size() == 2);
  CHECK(renamed[0].name == "0002-b");
}

TEST_CASE("openb: every malformed row is shown with line and column") {
  std::string faults;
  const OpenbPods read = pods(timed_header +
                                  "a,x,1,0,0,,LS,Running,0,1,0\n"
                                  "b,1,1,65,1000,,LS,Running,0,1,0\n"
                                  "c,1,1,0,5,,LS,Running,0,1,0\n"
                                  "d,1,1,1,0,,LS,Running,0,1,0\n"
                                  "e,1,1,2,500,,LS,Running,0,1,0\n"
                                  "f,1,1,0,0,,LS,Runing,0,1,0\n"
                                  "g,1,1,0,0,,LS,Running,,1,0\n"
                                  "h,1,1,0,0,,LS,Running,5,4,\n"
                                  "i,1,1,0,0,,LS,Running,5,6,7\n"
                                  "j,1,1,0,0,,LS,Running,-5,6,7\n"
                                  "k,1,1,0,0\n"
                                  ",1,1,0,0,,LS,Running,0,1,0\n"
                                  "ok,1,1,0,0,,LS,Running,0,1,0\n"
                                  "ok,1,1,0,0,,LS,Running,0,1,0\n",
                              &faults);
  CHECK(faults ==
        "pods.csv:2:3: error: cpu_milli: 'x' is not a whole number\n"
        "pods.csv:3:7: error: num_gpu: '65' is out of range (expected 0 to 64)\n"
        "pods.csv:4:9: error: gpu_milli: 5 of no GPU (expected 0 where num_gpu is 0)\n"
        "pods.csv:5:9: error: gpu_milli: 0 of one GPU (expected 1 to 1000)\n"
        "pods.csv:6:9: error: gpu_milli: 500 of each of several GPUs (expected 1000: they are whole)\n"
        "pods.csv:7:15: error: pod_phase: unknown phase 'Runing'; did you mean 'Running'?\n"
        "pods.csv:8:23: error: creation_time: empty (expected seconds)\n"
        "pods.csv:9:25: error: deletion_time: deleted before it was created\n"
        "pods.csv:10:25: error: deletion_time: deleted before it was scheduled\n"
        "pods.csv:11:23: error: creation_time: '-5' is out of range (expected 0 to 3155760000 seconds)\n"
        "pods.csv:12:1: error: this row has 5 fields; the header has 11\n"
        "pods.csv:13:1: error: name: '' is not a name (1 to 253 bytes, no control characters)\n"
        "pods.csv:15:1: error: 'ok' stands twice; first in line 14\n");
  CHECK(read.rows.size() == 2);

  pods("name,cpu_milli,memory_mib,num_gpus,gpu_milli\n", &faults);
  CHECK(faults == "pods.csv:1:27: error: unknown column 'num_gpus'; did you mean 'num_gpu'?\n");
  pods("name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time\n", &faults);
  CHECK(faults == "pods.csv:1: error: the header lacks the column 'deletion_time'\n");
  nodes("sn,cpu_milli,memory_mib,gpu\n", &faults);
  CHECK(faults == "nodes.csv:1: error: the header lacks the column 'model'\n");
  nodes("sn,cpu_milli,memory_mib,gpu,model\nn,1,1,2,\n", &faults);
  CHECK(faults == "nodes.csv:2:9: error: model: empty on a node with GPUs\n");
}

TEST_CASE("openb: the published trace") {
  const std::string folder = std::string(BERTH_SHARED_DIR) + "/data/openb/";
  if (test::absent(folder)) return;
  std::ifstream in(folder + "openb_pod_list_default.csv"), node_file(folder + "openb_node_list_all_node.csv");
  Diagnostics diagnostics;
  const OpenbPods read = read_openb_pods(in, "pods", diagnostics);
  const auto all = read_openb_nodes(node_file, "nodes", diagnostics);
  CHECK(diagnostics.to_text() == "");
  CHECK(read.rows.size() == 8152);
  CHECK(all.size() == 1523);
  std::int64_t failed = 0, never = 0, zero = 0, milli = 0, cpu = 0, gpus = 0;
  for (const OpenbPod& pod : read.rows) {
    failed += pod.failed ? 1 : 0;
    never += pod.never_scheduled ? 1 : 0;
    zero += pod.zero_length ? 1 : 0;
    milli += pod.gpus * pod.milli.value;
    cpu += pod.cpu.value;
  }
  for (const OpenbNode& node : all) gpus += node.gpus;
  CHECK(failed == 1870);
  CHECK(never == 897);
  CHECK(zero == 1);
  CHECK(milli == 6'086'800);
  CHECK(cpu == 85'436'012);
  CHECK(gpus == 6212);
}
