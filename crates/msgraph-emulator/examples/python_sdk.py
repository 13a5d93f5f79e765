"""Microsoft's SDK for Python, unchanged, against the emulator.

    pip install msgraph-sdk
    msgraph-emulator --listen 127.0.0.1:8080 &
    python python_sdk.py http://127.0.0.1:8080
"""

import asyncio
import sys

from kiota_abstractions.api_error import APIError
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.planner_task import PlannerTask
from msgraph.generated.models.todo_task import TodoTask
from msgraph.generated.models.todo_task_list import TodoTaskList


class Named(AuthenticationProvider):
    """The token is the name of a user."""

    def __init__(self, user):
        self.user = user

    async def authenticate_request(self, request, additional_authentication_context=None):
        request.headers.add("Authorization", f"Bearer {self.user}")


def client(base, user):
    adapter = GraphRequestAdapter(Named(user))
    adapter.base_url = f"{base}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


def headers(**values):
    configuration = RequestConfiguration()
    for name, value in values.items():
        configuration.headers.add(name.replace("_", "-"), value)
    return configuration


async def main(base):
    graph = client(base, "adele@contoso.example")
    plans = await graph.me.planner.plans.get()
    plan = plans.value[0]
    print("plan:", plan.title)
    tasks = await graph.planner.plans.by_planner_plan_id(plan.id).tasks.get()
    print("tasks:", len(tasks.value))

    task = await graph.planner.tasks.post(PlannerTask(plan_id=plan.id, title="From Python"))
    item = graph.planner.tasks.by_planner_task_id(task.id)
    try:
        await item.patch(PlannerTask(title="without an ETag"))
        raise SystemExit("a PATCH without If-Match was accepted")
    except APIError as error:
        print("without an ETag:", error.response_status_code)
    etag = task.additional_data["@odata.etag"]
    changed = await item.patch(
        PlannerTask(title="Changed"), headers(If_Match=etag, Prefer="return=representation")
    )
    print("changed:", changed.title)

    lists = graph.me.todo.lists
    shopping = await lists.post(TodoTaskList(display_name="From Python"))
    of_list = lists.by_todo_task_list_id(shopping.id).tasks
    await of_list.post(TodoTask(title="Milk"))
    first = await of_list.delta.get()
    await of_list.post(TodoTask(title="Bread"))
    later = await of_list.delta.with_url(first.odata_delta_link).get()
    print("delta:", [task.title for task in first.value], [task.title for task in later.value])
    assert [task.title for task in later.value] == ["Bread"]


asyncio.run(main(sys.argv[1]))
